import type { Cluster } from '../../../src/demo/embedded-postgres/cluster.ts'
import type { Connection } from '../../../src/demo/embedded-postgres/connect.ts'
import type { ReceivedAttributes } from '../../../src/demo/endpoint/received-point.ts'
import { databaseTruths, serverTruths, statementTruth, type TruthQuery } from './truth-queries.ts'

/** A counter as the server itself says it. */
export interface TrueCounter {
  /** What New Relic would call the series. */
  readonly label: string
  readonly value: number
  /** Whether the server tells when it was zeroed. */
  readonly resets: boolean
  /** Whether it may have begun with another's counts when it came to be. */
  readonly inherits: boolean
  /** When it was, in milliseconds since the Unix epoch, where that is said of just these counters; 0 elsewhere. */
  readonly zeroedAt: number
}

/** By the identity of what is counted, which outlives a rename. */
export type Truth = ReadonlyMap<string, TrueCounter>

/** The names that say the same in the other vocabulary. */
const semanticConventions: ReadonlySet<string> = new Set(['db.namespace', 'db.collection.name'])

export function labelOf(metric: string, attributes: ReceivedAttributes): string {
  const own = Object.entries(attributes).filter(([name]) => !semanticConventions.has(name))
  return `${metric} ${JSON.stringify(Object.fromEntries(own.sort(([a], [b]) => (a < b ? -1 : 1))))}`
}

const databasesSql = `SELECT oid::text, datname AS name FROM pg_database WHERE datallowconn AND NOT datistemplate`
const extensionSql = `SELECT FROM pg_extension WHERE extname = 'pg_stat_statements'`

/** What the identities of a server's counters begin with. */
export function placeOf(cluster: Cluster): string {
  return `${cluster.port} `
}

/** Reads every counter of a server, straight from its views. */
export async function readTruth(cluster: Cluster): Promise<Truth> {
  const truth = new Map<string, TrueCounter>()
  await using server = await cluster.connect()
  const { rows: databases } = await server.query<{ oid: string; name: string }>(databasesSql)
  const { rowCount: hasStatements } = await server.query(extensionSql)
  const statements = hasStatements === 1 ? [statementTruth(cluster.major)] : []
  for (const query of [...serverTruths(cluster.major), ...statements]) {
    await read(server, query, placeOf(cluster), truth)
  }
  for (const { oid, name } of databases) {
    await using database = await cluster.connect(name)
    for (const query of databaseTruths) await read(database, query, `${placeOf(cluster)}${oid}`, truth)
  }
  return truth
}

async function read(
  client: Connection,
  query: TruthQuery,
  place: string,
  truth: Map<string, TrueCounter>,
): Promise<void> {
  const { rows } = await client.query<Record<string, unknown>>(query.sql)
  for (const row of rows) {
    const labels = Object.entries(query.labels).map(([name, column]) => [name, String(row[column])])
    for (const { column, metric, attributes } of query.counters) {
      const value = row[column]
      if (value === null) continue
      if (value === undefined) throw new Error(`no column ${column} in ${query.sql}`)
      const label = labelOf(metric, { ...Object.fromEntries(labels), ...attributes })
      truth.set(`${place} ${String(row['id'])} ${metric} ${JSON.stringify(attributes ?? {})}`, {
        label,
        value: Number(value),
        resets: query.reset !== 'nothing',
        inherits: query.inherits ?? false,
        zeroedAt: query.reset === 'row' ? millisecondsOf(row['stats_reset']) : 0,
      })
    }
  }
}

function millisecondsOf(value: unknown): number {
  if (!(value instanceof Date)) throw new Error(`expected a time of reset, found ${typeof value}`)
  return value.getTime()
}
