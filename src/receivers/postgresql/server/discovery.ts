import type { Connection } from '../connection/connection.ts'
import type { Denials } from './denials.ts'

export interface Database {
  readonly oid: string
  readonly name: string
}

export interface Discovery {
  readonly monitored: readonly Database[]
  /** Databases that exist and aren't monitored: their oids, joined by commas. */
  readonly excluded: string
  /** Configured names that don't exist or can't be connected to, with the reason. */
  readonly missing: readonly { readonly name: string; readonly reason: string }[]
  /** By oid, of every database. */
  readonly names: ReadonlyMap<string, string>
}

export interface DiscoverySettings {
  /** Empty for all that can be connected to and are no templates. */
  readonly databases: readonly string[]
  readonly exclude: readonly string[]
}

/** Databases of managed services that nobody but the service may enter; watched only when they are named. */
const managed: ReadonlySet<string> = new Set([
  'rdsadmin', // Amazon RDS and Aurora
  'azure_maintenance', // Azure
  'azure_sys',
  'cloudsqladmin', // Google Cloud SQL
  'alloydbadmin', // AlloyDB
  'alloydbmetadata',
])

/** A limit of -2 marks a database that an interrupted DROP DATABASE left behind. */
const text = (granted: string) =>
  `SELECT /* otelephant discover */ d.oid, d.datname, d.datistemplate, d.datallowconn AND d.datconnlimit <> -2,
    ${granted} FROM pg_database AS d ORDER BY d.oid`

const granted = "has_database_privilege(d.oid, 'CONNECT')"

const unreadableName =
  'its name is in no encoding that could be connected with; what the server counts of it is collected'

/** Whether it can be connected to: a name that isn't UTF-8 can't be written in a start-up packet. */
export function isReachable({ name }: Pick<Database, 'name'>): boolean {
  return !name.includes('\ufffd')
}

/** What {@link discover} can't do without. */
export const discoverText = text('true')

/** @throws QueryError */
export async function discover(
  connection: Connection,
  settings: DiscoverySettings,
  denials: Denials,
  signal: AbortSignal,
): Promise<Discovery> {
  const sql = text(denials.findIn(granted) === undefined ? granted : 'true')
  const rows = await connection.query('discover', sql, [], signal)
  const monitored: Database[] = []
  const excluded: string[] = []
  const unreadable: Discovery['missing'][number][] = []
  const names = new Map<string, string>()
  const obstacles = new Map(settings.databases.map((name) => [name, 'there is no such database']))
  for (const [oid, name, template, connectable, granted] of rows) {
    if (oid === null || oid === undefined || name === null || name === undefined) continue
    names.set(oid, name)
    const obstacle =
      connectable !== 't' ? 'it takes no connections' : granted !== 't' ? 'CONNECT on it is not granted' : undefined
    const wanted =
      settings.databases.length > 0 ? settings.databases.includes(name) : template !== 't' && !managed.has(name)
    if (wanted && obstacle === undefined && !settings.exclude.includes(name)) {
      monitored.push({ oid, name })
      if (!isReachable({ name })) unreadable.push({ name, reason: unreadableName })
    } else excluded.push(oid)
    if (obstacle === undefined) obstacles.delete(name)
    else if (obstacles.has(name)) obstacles.set(name, obstacle)
  }
  const missing = [...unreadable, ...[...obstacles].map(([name, reason]) => ({ name, reason }))]
  return { monitored, excluded: excluded.join(','), missing, names }
}
