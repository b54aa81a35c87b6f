import type { AuthenticationMethod } from '../../../../config/database-url/require-auth.ts'
import type { AuthenticationPolicy } from '../../settings/connection-settings.ts'
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

const boundMechanism = 'SCRAM-SHA-256-PLUS'

const mend = 'give this role a scram-sha-256 line in pg_hba.conf'
const verify = 'set tls: {insecure_skip_verify: false}, with ca_file where the system does not know the authority'

/** Whether a request may be answered. Asked before anything is sent in reply to it. */
export function judgeAuthentication(
  request: AuthenticationRequest,
  transport: Transport,
  policy: AuthenticationPolicy,
): Refusal | undefined {
  const reason =
    unsupported(request) ??
    leftOut(request, policy) ??
    (policy.channelBinding === 'require' ? unbound(request, transport) : undefined) ??
    (isExposed(request, transport) && policy.cleartext === 'refused' ? exposed : undefined)
  return reason === undefined ? undefined : { message: reason, code: sqlState.invalidAuthorization }
}

/** Whether the password would go in cleartext to a server that was not checked. */
export function isExposed(request: AuthenticationRequest, { verified }: Transport): boolean {
  return request.kind === 'cleartext' && !verified
}

/** The warning for a user who has accepted that. */
export const exposedWarning = `The password goes in cleartext to a server that was not checked; ${mend}, or ${verify}.`

const exposed = `the server asks for the password in cleartext and was not checked; ${mend}, or ${verify}; written out, tls: {insecure_skip_verify: true} lets the password go`

function unsupported(request: AuthenticationRequest): string | undefined {
  switch (request.kind) {
    case 'none':
    case 'cleartext':
    case 'md5':
      return undefined
    case 'sasl':
      if (request.mechanisms.some((name) => name === 'SCRAM-SHA-256' || name === boundMechanism)) return undefined
      return `the server asks for ${request.mechanisms.join(' or ')}, which isn't supported; ${mend}`
    case 'unsupported':
      return `the server asks for ${request.method}, which isn't supported; ${mend}`
    default:
      return request satisfies never
  }
}

const asked = {
  none: { method: 'none', what: 'lets the role in without asking for a password' },
  cleartext: { method: 'password', what: 'asks for the password in cleartext' },
  md5: { method: 'md5', what: 'asks for the password as MD5' },
  sasl: { method: 'scram-sha-256', what: 'asks for SCRAM' },
  unsupported: { method: 'gss', what: 'asks for something else' },
} as const satisfies Record<
  AuthenticationRequest['kind'],
  { readonly method: AuthenticationMethod; readonly what: string }
>

function leftOut({ kind }: AuthenticationRequest, { methods }: AuthenticationPolicy): string | undefined {
  const { method, what } = asked[kind]
  if (methods.has(method)) return undefined
  return `the server ${what}, which require_auth leaves out; change the role's line in pg_hba.conf, or add ${method} to require_auth`
}

function unbound(request: AuthenticationRequest, { encrypted }: Transport): string | undefined {
  if (request.kind !== 'sasl')
    return `the server ${asked[request.kind].what}, but channel_binding: require asks for SCRAM; ${mend}`
  if (encrypted && request.mechanisms.includes(boundMechanism)) return undefined
  return encrypted
    ? 'the server offers no channel binding, which channel_binding: require asks for; does something in between end TLS?'
    : 'channel_binding: require asks for TLS; leave out tls: {insecure: true}'
}
