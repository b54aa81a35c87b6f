/** The receiver's `tls` keys that libpq's parameters become. */
export interface TlsConfig {
  readonly insecure?: boolean
  readonly insecure_skip_verify?: boolean
  readonly ca_file?: string
  readonly cert_file?: string
  readonly key_file?: string
}

interface TlsParameters {
  readonly sslmode?: string
  readonly sslrootcert?: string
  readonly sslcert?: string
  readonly sslkey?: string
}

const modes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full']

/**
 * What libpq's parameters say about TLS; `undefined` where they leave it to the receiver (nothing; on this host allow and
 * prefer too). Elsewhere the receiver doesn't go without TLS for allow and prefer, but they say that no certificate counts.
 *
 * verify-ca checks the host's name too: the receiver knows no chain without a name. As in libpq, `require` verifies
 * where a root certificate is given, and `sslrootcert=system` means the system's and asks for verify-full.
 */
export function databaseTls(
  parameters: TlsParameters,
  isLocal: boolean,
  fault: (message: string) => void,
): TlsConfig | undefined {
  const { sslrootcert, sslcert, sslkey } = parameters
  const isSystem = sslrootcert === 'system'
  const sslmode = parameters.sslmode ?? (isSystem ? 'verify-full' : 'prefer')
  if (!modes.includes(sslmode)) fault(`has an unknown sslmode; it is one of ${modes.join(', ')}`)
  if (isSystem && sslmode !== 'verify-full') fault('sslrootcert=system asks for sslmode=verify-full')
  if (sslmode === 'disable') return { insecure: true }
  const verifies = sslmode.startsWith('verify-') || (sslmode === 'require' && sslrootcert !== undefined)
  const isLax = !isLocal && (parameters.sslmode === 'allow' || parameters.sslmode === 'prefer')
  const tls: TlsConfig = {
    ...((verifies || sslmode === 'require' || isLax) && { insecure: false, insecure_skip_verify: !verifies }),
    ...(sslrootcert !== undefined && !isSystem && { ca_file: sslrootcert }),
    ...(sslcert !== undefined && { cert_file: sslcert }),
    ...(sslkey !== undefined && { key_file: sslkey }),
  }
  return Object.keys(tls).length > 0 ? tls : undefined
}
