import type { Fault } from '../../yaml/fault.ts'
import { parseConnectionUri, unknownParameter } from './connection-uri.ts'
import { databaseTls, type TlsConfig } from './database-tls.ts'
import { isLibpqParameter, type LibpqParameter, libpqParameters, type ParameterUse } from './libpq-parameters.ts'
import { isLoopback } from './loopback.ts'

/** What a connection URI says, in the keys of the PostgreSQL receiver. All databases are monitored. */
export interface DatabaseConfig {
  /** `host:port`; for a unix socket its directory stands for the host: `/var/run/postgresql:5432`. */
  readonly endpoint: string
  readonly transport: 'tcp' | 'unix'
  readonly username?: string
  readonly password?: string
  readonly connect_database?: string
  readonly tls?: TlsConfig
  readonly channel_binding?: string
  readonly require_auth?: string
}

export interface ReadDatabaseUrl {
  readonly config: DatabaseConfig
  /** Empty, if the configuration is good. They repeat nothing of the URL but names that libpq knows. */
  readonly faults: readonly Fault[]
  /** Parameters that have no effect, and why; one sentence each. */
  readonly notes: readonly string[]
}

const channelBindings = ['disable', 'prefer', 'require']

type Parameters = Partial<Record<LibpqParameter, string>>

/**
 * Reads a connection URI with libpq's meaning of its parameters; the PG* variables stand in for what it doesn't say.
 * Without a host it means localhost.
 * @param source what faults name as the URI's place
 */
export function readDatabaseUrl(
  url: string,
  env: Readonly<Record<string, string | undefined>>,
  source = 'DATABASE_URL',
): ReadDatabaseUrl {
  const faults: Fault[] = []
  const notes: string[] = []
  const fault = (file: string, message: string): void => {
    faults.push({ position: { file, line: 0, column: 0 }, path: [], message })
  }
  const parsed = parseConnectionUri(url)
  if (parsed.kind === 'fault') fault(source, parsed.message)
  const given = parsed.kind === 'ok' ? parsed.parameters : new Map<string, string>()
  const parameters: Parameters = {}
  for (const [name, value] of given) {
    if (name === 'ssl' && value === 'true') parameters.sslmode ??= 'require'
    else if (isLibpqParameter(name)) useParameter(name, value, parameters, notes, (message) => fault(source, message))
    else fault(source, unknownParameter(name, Object.keys(libpqParameters)))
  }
  const from: Partial<Record<LibpqParameter, string>> = {}
  for (const [name, variable] of environmentParameters) {
    const value = env[variable]
    if (parameters[name] !== undefined || value === undefined || value === '') continue
    parameters[name] = value
    from[name] = variable
  }
  const place = (name: LibpqParameter): string => from[name] ?? source
  const config = receiverConfig(parameters, (name, message) => fault(place(name), message))
  if (parsed.kind === 'ok' && config.username === undefined) {
    fault(source, 'names no user; write postgresql://user:password@host:5432/database, or set PGUSER')
  }
  return { config, faults, notes }
}

const environmentParameters: readonly (readonly [LibpqParameter, string])[] = Object.entries(libpqParameters).flatMap(
  ([name, use]) => (use.kind === 'used' && isLibpqParameter(name) ? [[name, use.env] as const] : []),
)

function useParameter(
  name: LibpqParameter,
  value: string,
  parameters: Parameters,
  notes: string[],
  fault: (message: string) => void,
): void {
  const use: ParameterUse = libpqParameters[name]
  switch (use.kind) {
    case 'used':
      parameters[name] = value
      return
    case 'ignored':
      notes.push(`The parameter ${name} is ignored: ${use.reason}.`)
      return
    case 'refused':
      if (use.harmless?.includes(value)) return
      fault(`the parameter ${name} can not be used: ${use.reason}`)
      return
    default:
      use satisfies never
  }
}

function receiverConfig(
  parameters: Parameters,
  fault: (name: LibpqParameter, message: string) => void,
): DatabaseConfig {
  const { host = 'localhost', port = '5432', user, password, dbname } = parameters
  if (host.includes(',') || port.includes(',')) {
    fault('host', 'lists several hosts; one receiver watches one server: name that one, or configure a receiver each')
  } else if (host.includes('@')) {
    fault('host', 'has an @ in the host; in a password, write it as %40 (abstract sockets can not be used)')
  } else if (!/^\d{1,5}$/.test(port.trim()) || Number(port) < 1 || Number(port) > 65_535) {
    fault('port', 'has a port that is not a number from 1 to 65535; in a password, write : / as %3A %2F')
  }
  const transport = host.startsWith('/') ? 'unix' : 'tcp'
  const bare = host.replace(/^\[(.*)\]$/, '$1')
  const tls = databaseTls(parameters, isLoopback(bare), (message) => fault('sslmode', message))
  const { channel_binding, require_auth } = parameters
  if (channel_binding !== undefined && !channelBindings.includes(channel_binding)) {
    fault('channel_binding', `has an unknown channel_binding; it is one of ${channelBindings.join(', ')}`)
  }
  return {
    endpoint: `${bare.includes(':') && transport === 'tcp' ? `[${bare}]` : bare}:${port.trim()}`,
    transport,
    ...(user !== undefined && { username: user }),
    ...(password !== undefined && { password }),
    ...(dbname !== undefined && { connect_database: dbname }),
    // Over a unix socket libpq leaves TLS out, whatever sslmode says.
    ...(transport === 'tcp' && tls !== undefined && { tls }),
    ...(channel_binding !== undefined && { channel_binding }),
    ...(require_auth !== undefined && { require_auth }),
  }
}
