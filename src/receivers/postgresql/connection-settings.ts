import type { ConnectionOptions } from 'node:tls'
import { isLoopback } from '../../config/loopback.ts'
import type { ConnectionSettings } from './client.ts'
import type { PostgresqlConfig } from './config.ts'
import type { AuthenticationPolicy } from './connection/authentication.ts'
import { parseEndpoint } from './endpoint.ts'
import { authenticationMethods } from './require-auth.ts'
import { defaultLimits } from './session-settings.ts'

const connectTimeoutMs = 10_000

/**
 * How the configured server is reached.
 * @param warned told what works and should not have to
 */
export function connectionSettings(config: PostgresqlConfig, warned?: (message: string) => void): ConnectionSettings {
  const { host, port } = parseEndpoint(config.endpoint) ?? { host: 'localhost', port: 5432 }
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
  return tlsOptions(config, parseEndpoint(config.endpoint)?.host ?? '')?.rejectUnauthorized === false
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
  // Nobody listens in between; with a `tls` key, or a channel to bind, the user wants it all the same.
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
