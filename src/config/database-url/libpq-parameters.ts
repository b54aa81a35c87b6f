/** What becomes of a connection parameter of libpq (https://www.postgresql.org/docs/current/libpq-connect.html). */
export type ParameterUse =
  /** Becomes a part of the receiver's configuration; `env` stands in where the URL doesn't say. */
  | { readonly kind: 'used'; readonly env?: string }
  /** Has no effect on what is measured or how safely: said in the log. */
  | { readonly kind: 'ignored'; readonly reason: string }
  /** Leaving it out would connect elsewhere or less safely than asked, but for the harmless values. */
  | { readonly kind: 'refused'; readonly reason: string; readonly harmless?: readonly string[] }

const collectorSets = 'the collector sets what its connections need by itself'
const connectionOwn = 'the collector watches its connections by itself'
const oneServer = 'one receiver watches one server; name that server'
const noKerberos = 'the collector has no GSSAPI'

export const libpqParameters = {
  host: { kind: 'used', env: 'PGHOST' },
  port: { kind: 'used', env: 'PGPORT' },
  dbname: { kind: 'used', env: 'PGDATABASE' },
  user: { kind: 'used', env: 'PGUSER' },
  password: { kind: 'used', env: 'PGPASSWORD' },
  sslmode: { kind: 'used', env: 'PGSSLMODE' },
  sslrootcert: { kind: 'used', env: 'PGSSLROOTCERT' },
  sslcert: { kind: 'used', env: 'PGSSLCERT' },
  sslkey: { kind: 'used', env: 'PGSSLKEY' },
  channel_binding: { kind: 'used', env: 'PGCHANNELBINDING' },
  require_auth: { kind: 'used', env: 'PGREQUIREAUTH' },
  application_name: { kind: 'ignored', reason: collectorSets },
  fallback_application_name: { kind: 'ignored', reason: collectorSets },
  client_encoding: { kind: 'ignored', reason: collectorSets },
  connect_timeout: { kind: 'ignored', reason: connectionOwn },
  keepalives: { kind: 'ignored', reason: connectionOwn },
  keepalives_idle: { kind: 'ignored', reason: connectionOwn },
  keepalives_interval: { kind: 'ignored', reason: connectionOwn },
  keepalives_count: { kind: 'ignored', reason: connectionOwn },
  tcp_user_timeout: { kind: 'ignored', reason: connectionOwn },
  sslcompression: { kind: 'ignored', reason: 'nothing compresses TLS any more' },
  sslsni: { kind: 'ignored', reason: 'the host name is always sent' },
  gssencmode: { kind: 'refused', reason: noKerberos, harmless: ['disable', 'prefer'] },
  krbsrvname: { kind: 'ignored', reason: noKerberos },
  gsslib: { kind: 'ignored', reason: noKerberos },
  gssdelegation: { kind: 'ignored', reason: noKerberos },
  options: { kind: 'refused', reason: "the start-up options of the connections are the collector's own" },
  hostaddr: { kind: 'refused', reason: 'write the address as the host' },
  target_session_attrs: { kind: 'refused', reason: oneServer, harmless: ['any'] },
  load_balance_hosts: { kind: 'refused', reason: oneServer, harmless: ['disable'] },
  replication: { kind: 'refused', reason: 'the collector sends queries, which a replication connection does not take' },
  service: { kind: 'refused', reason: 'service files are not read; write the parameters themselves' },
  servicefile: { kind: 'refused', reason: 'service files are not read; write the parameters themselves' },
  passfile: {
    kind: 'refused',
    reason: 'password files are not read; use PGPASSWORD',
  },
  sslpassword: { kind: 'refused', reason: 'encrypted keys are not read; give a key without a passphrase' },
  sslcrl: { kind: 'refused', reason: 'revocation lists are not checked' },
  sslcrldir: { kind: 'refused', reason: 'revocation lists are not checked' },
  sslcertmode: { kind: 'refused', reason: 'a certificate is sent if sslcert names one' },
  sslnegotiation: { kind: 'refused', reason: 'TLS is negotiated the usual way', harmless: ['postgres'] },
  ssl_min_protocol_version: { kind: 'refused', reason: 'it can not be set' },
  ssl_max_protocol_version: { kind: 'refused', reason: 'it can not be set' },
  requirepeer: { kind: 'refused', reason: 'the owner of a socket is not checked' },
  min_protocol_version: { kind: 'refused', reason: 'it can not be set' },
  max_protocol_version: { kind: 'refused', reason: 'it can not be set' },
} as const satisfies Record<string, ParameterUse>

export type LibpqParameter = keyof typeof libpqParameters

export function isLibpqParameter(name: string): name is LibpqParameter {
  return Object.hasOwn(libpqParameters, name)
}
