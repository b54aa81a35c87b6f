import net from 'node:net'
import type tls from 'node:tls'
import pg from 'pg'
import type { BackendKey } from './cancel-request.ts'
import { GuardedConnection } from './connection/guard.ts'
import { type SessionLimits, startupOptions } from './session-settings.ts'

/** How to reach a server and who to be there. */
export interface ConnectionSettings {
  /** A host name, an address, or a socket directory that begins with a slash. */
  readonly host: string
  readonly port: number
  readonly username: string
  /** `undefined` where nobody gave one. */
  readonly password: string | undefined
  readonly ssl: tls.ConnectionOptions | undefined
  readonly applicationName: string
  readonly connectTimeoutMs: number
  readonly limits: SessionLimits
}

export interface GuardedClient {
  readonly client: pg.Client
  readonly connection: GuardedConnection
}

/**
 * The library's client behind a guard, not yet connected.
 * @param withOptions false where a pooler refuses the start-up options
 */
export function makeClient(settings: ConnectionSettings, database: string, withOptions: boolean): GuardedClient {
  const connection = new GuardedConnection(settings.ssl)
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

/** What a cancel request must name, once connected. Missing in the library's types. */
export function backendOf({ client }: GuardedClient): BackendKey | undefined {
  const processId: unknown = Reflect.get(client, 'processID')
  const secretKey: unknown = Reflect.get(client, 'secretKey')
  return typeof processId === 'number' && typeof secretKey === 'number' ? { processId, secretKey } : undefined
}

/** The address that the client is connected to; `undefined` over a unix socket. */
export function addressOf({ connection: { stream } }: GuardedClient): string | undefined {
  return stream instanceof net.Socket ? stream.remoteAddress : undefined
}

async function givenPassword(settings: ConnectionSettings): Promise<string> {
  if (settings.password !== undefined) return settings.password
  throw new Error('the server asks for a password and the configuration gives none; set `password`')
}
