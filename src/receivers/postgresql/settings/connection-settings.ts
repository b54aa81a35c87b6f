import type { ConnectionOptions } from 'node:tls'
import type { choices } from '../../../../generated/postgresql/config.ts'
import { isLoopback } from '../../../config/database-url/loopback.ts'
import { type AuthenticationMethod, authenticationMethods } from '../../../config/database-url/require-auth.ts'
import { parseHostPort } from '../../../config/host-port.ts'
import type { PostgresqlConfig } from './config.ts'

/** The limits of every connection (docs/safety.md). */
export interface SessionLimits {
  readonly statementTimeoutMs: number
  readonly lockTimeoutMs: number
}

export const defaultLimits: SessionLimits = { statementTimeoutMs: 5_000, lockTimeoutMs: 100 }

/**
 * How settings are read and made. `called`: by functions, all at once. `written`: by SHOW and SET, for a role that may not
 * call the functions.
 */
export type SettingsWay = 'called' | 'written'

/** What the user demands of a server before anything is sent to it. */
export interface AuthenticationPolicy {
  /** What `require_auth` allows. */
  readonly methods: ReadonlySet<AuthenticationMethod>
  readonly channelBinding: (typeof choices.channel_binding)[number]
  /**
   * Of a password in cleartext where the server was not checked: nobody is in between, or the user has said that it may go
   * there, or nobody has.
   */
  readonly cleartext: 'local' | 'accepted' | 'refused'
}

/** How to reach a server and who to be there. */
export interface ConnectionSettings {
  /** A host name, an address, or a socket directory that begins with a slash. */
  readonly host: string
  readonly port: number
  readonly username: string
  /** `undefined` where nobody gave one. */
  readonly password: string | undefined
  readonly ssl: ConnectionOptions | undefined
  readonly authentication: AuthenticationPolicy
  /** More iterations, which take time, are not computed for a server. */
  readonly scramMaxIterations: number
  readonly applicationName: string
  readonly connectTimeoutMs: number
  readonly limits: SessionLimits
  /** Called with what works and is not as it should be. */
  readonly warned?: (message: string) => void
  /** `called` without. */
  readonly settingsWay?: SettingsWay
}

const usualConnectTimeoutMs = 10_000

/**
 * How the configured server is reached.
 * @param warned called with what works and is not as it should be
 * @param connectTimeoutMs until a new connection has answered its first statement
 */
export function connectionSettings(
  config: PostgresqlConfig,
  warned?: (message: string) => void,
  connectTimeoutMs = usualConnectTimeoutMs,
): ConnectionSettings {
  const { host, port } = parseHostPort(config.endpoint) ?? { host: 'localhost', port: 5432 }
  return {
    host: config.transport === 'unix' ? `/${host.replace(/^\//, '')}` : host,
    port,
    username: config.username,
    password: config.password?.reveal(),
    ssl: tlsOptions(config, host),
    authentication: authenticationPolicy(config, host),
    scramMaxIterations: config.scram_max_iterations,
    applicationName: 'otelephant',
    connectTimeoutMs,
    limits: defaultLimits,
    ...(warned !== undefined && { warned }),
  }
}

/** Whether traffic is encrypted to a server whose certificate nobody checks. */
export function isUnverified(config: PostgresqlConfig): boolean {
  return tlsOptions(config, parseHostPort(config.endpoint)?.host ?? '')?.rejectUnauthorized === false
}

function authenticationPolicy(
  { tls, transport, channel_binding, require_auth }: PostgresqlConfig,
  host: string,
): AuthenticationPolicy {
  const isLocal = transport === 'unix' || isLoopback(host)
  const isAccepted = tls?.insecure === true || tls?.insecure_skip_verify === true
  return {
    methods: require_auth ?? new Set(authenticationMethods),
    channelBinding: channel_binding,
    cleartext: isLocal ? 'local' : isAccepted ? 'accepted' : 'refused',
  }
}

function tlsOptions(
  { tls, transport, channel_binding }: PostgresqlConfig,
  host: string,
): ConnectionOptions | undefined {
  if (transport === 'unix') return undefined
  // On this host nobody listens in between. With a `tls` key, or a channel to bind, the user wants TLS here too.
  const isPlain = isLoopback(host) && channel_binding !== 'require'
  if (tls === undefined) return isPlain ? undefined : { rejectUnauthorized: false }
  if (tls.insecure === true) return undefined
  return {
    rejectUnauthorized: tls.insecure_skip_verify === false,
    ...(tls.ca_file === undefined ? {} : { ca: tls.ca_file }),
    ...(tls.cert_file === undefined ? {} : { cert: tls.cert_file }),
    ...(tls.key_file === undefined ? {} : { key: tls.key_file }),
  }
}
