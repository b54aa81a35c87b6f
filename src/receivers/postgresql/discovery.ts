import type { Session } from './session.ts'

export interface Database {
  readonly oid: string
  readonly name: string
}

export interface Discovery {
  readonly monitored: readonly Database[]
  /** Databases that exist and aren't monitored: their oids, joined. */
  readonly left: string
  /** Configured names that don't exist or can't be connected to, with the reason. */
  readonly missing: readonly { readonly name: string; readonly reason: string }[]
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
const text = `SELECT /* otelephant discover */ d.oid, d.datname, d.datistemplate, d.datallowconn AND d.datconnlimit <> -2,
    has_database_privilege(d.oid, 'CONNECT') FROM pg_database AS d ORDER BY d.oid`

export async function discover(session: Session, settings: DiscoverySettings, signal: AbortSignal): Promise<Discovery> {
  const rows = await session.query('discover', text, [], signal)
  const monitored: Database[] = []
  const left: string[] = []
  const obstacles = new Map(settings.databases.map((name) => [name, 'there is no such database']))
  for (const [oid, name, template, connectable, granted] of rows) {
    if (oid === null || oid === undefined || name === null || name === undefined) continue
    const obstacle =
      connectable !== 't' ? 'it takes no connections' : granted !== 't' ? 'CONNECT on it is not granted' : undefined
    const wanted =
      settings.databases.length > 0 ? settings.databases.includes(name) : template !== 't' && !managed.has(name)
    if (wanted && obstacle === undefined && !settings.exclude.includes(name)) monitored.push({ oid, name })
    else left.push(oid)
    if (obstacle === undefined) obstacles.delete(name)
    else if (obstacles.has(name)) obstacles.set(name, obstacle)
  }
  return { monitored, left: left.join(','), missing: [...obstacles].map(([name, reason]) => ({ name, reason })) }
}
