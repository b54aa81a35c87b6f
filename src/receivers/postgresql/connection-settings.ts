import type { ConnectionOptions } from 'node:tls'
import type { ConnectionSettings } from './client.ts'
import type { PostgresqlConfig } from './config.ts'
import { isLoopback, parseEndpoint } from './endpoint.ts'
import { defaultLimits } from './session-settings.ts'

const connectTimeoutMs = 10_000

/** How the configured server is reached. */
export function connectionSettings(config: PostgresqlConfig): ConnectionSettings {
  const { host, port } = parseEndpoint(config.endpoint) ?? { host: 'localhost', port: 5432 }
  return {
    host: config.transport === 'unix' ? `/${host.replace(/^\//, '')}` : host,
    port,
    username: config.username,
    password: config.password?.reveal(),
    ssl: tlsOptions(config, host),
    applicationName: 'otelephant',
    connectTimeoutMs,
    limits: defaultLimits,
  }
}

/** Whether traffic is encrypted to a server whose certificate nobody checks. */
export function isUnverified(config: PostgresqlConfig): boolean {
  return tlsOptions(config, parseEndpoint(config.endpoint)?.host ?? '')?.rejectUnauthorized === false
}

function tlsOptions({ tls, transport }: PostgresqlConfig, host: string): ConnectionOptions | undefined {
  if (transport === 'unix') return undefined
  // Nobody listens in between; with a `tls` key the user wants it all the same.
  if (tls === undefined) return isLoopback(host) ? undefined : { rejectUnauthorized: false }
  if (tls.insecure) return undefined
  return {
    rejectUnauthorized: !tls.insecure_skip_verify,
    ...(tls.ca_file === undefined ? {} : { ca: tls.ca_file }),
    ...(tls.cert_file === undefined ? {} : { cert: tls.cert_file }),
    ...(tls.key_file === undefined ? {} : { key: tls.key_file }),
  }
}
