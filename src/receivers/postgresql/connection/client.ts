import net from 'node:net'
import pg from 'pg'
import type { ConnectionSettings } from '../settings/connection-settings.ts'
import { exposedWarning, isExposed, judgeAuthentication } from './guard/authentication.ts'
import { GuardedConnection, type Judge } from './guard/guarded-connection.ts'
import { startupOptions } from './session-settings.ts'

export interface GuardedClient {
  readonly client: pg.Client
  readonly connection: GuardedConnection
}

/**
 * The library's client behind a guard, not yet connected.
 * @param withOptions false where a pooler refuses the start-up options
 */
export function makeClient(settings: ConnectionSettings, database: string, withOptions: boolean): GuardedClient {
  const { authentication, warned } = settings
  const judge: Judge = (request, transport) => {
    const refusal = judgeAuthentication(request, transport, authentication)
    if (refusal !== undefined) return refusal
    if (isExposed(request, transport) && authentication.cleartext === 'accepted') warned?.(exposedWarning)
    return undefined
  }
  const connection = new GuardedConnection(settings.ssl, judge)
  const config = {
    // Missing in the library's types.
    connection,
    host: settings.host,
    port: settings.port,
    user: settings.username,
    password: () => givenPassword(settings),
    database,
    ssl: settings.ssl ?? false,
    sslnegotiation: 'postgres',
    application_name: settings.applicationName,
    // Without TLS there is no channel to bind.
    enableChannelBinding: settings.ssl !== undefined && authentication.channelBinding !== 'disable',
    scramMaxIterations: settings.scramMaxIterations,
  } as const
  const client = new pg.Client(config)
  // What isn't given, or given as an empty text, the library takes from PG* variables of the environment.
  const parameters: unknown = Reflect.get(client, 'connectionParameters')
  const options = withOptions ? startupOptions(settings.limits) : undefined
  if (typeof parameters === 'object' && parameters !== null) {
    Object.assign(parameters, { options, replication: undefined })
  }
  return { client, connection }
}

/** The address that the client is connected to; `undefined` over a unix socket. */
export function addressOf({ connection: { stream } }: GuardedClient): string | undefined {
  return stream instanceof net.Socket ? stream.remoteAddress : undefined
}

async function givenPassword(settings: ConnectionSettings): Promise<string> {
  if (settings.password !== undefined) return settings.password
  throw new Error('the server asks for a password and the configuration gives none; set `password`')
}
