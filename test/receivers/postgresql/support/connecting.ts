import { authenticationMethods } from '../../../../src/config/database-url/require-auth.ts'
import type { Cluster } from '../../../../src/demo/embedded-postgres/cluster.ts'
import { Connection } from '../../../../src/receivers/postgresql/connection/connection.ts'
import type { ConnectionSettings } from '../../../../src/receivers/postgresql/settings/connection-settings.ts'
import { defaultLimits } from '../../../../src/receivers/postgresql/settings/connection-settings.ts'

export const never: AbortSignal = new AbortController().signal

/** The role `monitor` over TCP, without a password. */
export function settingsOf(
  server: { readonly host: string; readonly port: number },
  overrides: Partial<ConnectionSettings> = {},
): ConnectionSettings {
  return {
    host: server.host,
    port: server.port,
    username: 'monitor',
    password: undefined,
    ssl: undefined,
    authentication: { methods: new Set(authenticationMethods), channelBinding: 'prefer', cleartext: 'local' },
    scramMaxIterations: 1_000_000,
    applicationName: 'otelephant',
    connectTimeoutMs: 10_000,
    limits: defaultLimits,
    ...overrides,
  }
}

export function socketOf(cluster: Cluster): { readonly host: string; readonly port: number } {
  return { host: cluster.socketDirectory, port: cluster.port }
}

/** A session that is closed with its scope. */
export async function connectionOf(
  settings: ConnectionSettings,
  database = 'postgres',
  withOptions = true,
): Promise<Connection & AsyncDisposable> {
  const connection = await Connection.connect(settings, database, withOptions, never)
  return Object.assign(connection, { [Symbol.asyncDispose]: () => connection.close() })
}
