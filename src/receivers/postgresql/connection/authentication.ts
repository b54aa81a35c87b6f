import { sqlState } from '../sqlstate.ts'

/** What a server asks of a client before it lets it in (manual, "Message Formats", the Authentication messages). */
export type AuthenticationRequest =
  /** It lets it in without asking. */
  | { readonly kind: 'none' }
  | { readonly kind: 'cleartext' }
  | { readonly kind: 'md5' }
  | { readonly kind: 'sasl'; readonly mechanisms: readonly string[] }
  /** @see unsupportedMethods */
  | { readonly kind: 'unsupported'; readonly method: string }

/** What lies between both. */
export interface Transport {
  readonly encrypted: boolean
  /** Whether the server's certificate was checked and is good; false where nothing is encrypted. */
  readonly verified: boolean
}

/** Why no answer is given, and what to do about it. */
export interface Refusal {
  readonly message: string
  /** An SQLSTATE. */
  readonly code: string
}

/** Codes of the requests that no client answers any more, or that this one can't. */
export const unsupportedMethods: Readonly<Record<number, string>> = {
  1: 'Kerberos 4',
  2: 'Kerberos 5',
  4: 'crypt',
  6: 'SCM credentials',
  7: 'GSSAPI',
  8: 'GSSAPI',
  9: 'SSPI',
}

const mend = 'give this role a scram-sha-256 line in pg_hba.conf'

/** Whether a request may be answered. Asked before anything is sent in reply to it. */
export function judgeAuthentication(request: AuthenticationRequest, _transport: Transport): Refusal | undefined {
  const code = sqlState.invalidAuthorization
  switch (request.kind) {
    case 'none':
    case 'cleartext':
    case 'md5':
      return undefined
    case 'sasl':
      if (request.mechanisms.includes('SCRAM-SHA-256')) return undefined
      return {
        message: `the server asks for ${request.mechanisms.join(' or ')}, which isn't supported; ${mend}`,
        code,
      }
    case 'unsupported':
      return { message: `the server asks for ${request.method}, which isn't supported; ${mend}`, code }
    default:
      return request satisfies never
  }
}
