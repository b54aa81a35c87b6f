import type { Cluster } from '../../../src/demo/embedded-postgres/cluster.ts'
import type { ReceivedPoint } from '../../../src/demo/endpoint/received-point.ts'

/** Every counter of every table, index and function that may be among the others, as the server's own views say it. */
const countersSql = `
  SELECT 'postgresql.operations ' || o.operation AS name, s.relid::text AS id, o.value::int AS value
  FROM pg_stat_user_tables AS s,
  LATERAL (VALUES ('ins', n_tup_ins), ('upd', n_tup_upd), ('del', n_tup_del), ('hot_upd', n_tup_hot_upd)) AS o(operation, value)
  UNION ALL SELECT 'postgresql.index.scans', indexrelid::text, idx_scan::int FROM pg_stat_user_indexes
  UNION ALL SELECT 'postgresql.function.calls', funcid::text, calls::int FROM pg_stat_user_functions`

/** What all tables, all indexes and all rows together are. */
export const sizesSql = `SELECT
  (SELECT sum(pg_total_relation_size(relid))::int FROM pg_stat_user_tables) AS tables,
  (SELECT sum(pg_relation_size(indexrelid))::int FROM pg_stat_user_indexes) AS indexes,
  (SELECT sum(n_live_tup + n_dead_tup)::int FROM pg_stat_user_tables) AS rows`

/** By what is counted and by whom. */
export type Counters = ReadonlyMap<string, ReadonlyMap<string, number>>

export async function readCounters(cluster: Cluster, database: string): Promise<Counters> {
  const counters = new Map<string, Map<string, number>>()
  for (const { name, id, value } of await cluster.query(countersSql, database)) {
    const of = counters.get(String(name)) ?? new Map<string, number>()
    of.set(String(id), Number(value))
    counters.set(String(name), of)
  }
  return counters
}

/** What both readings together could see; of what only the first had nobody knows more. */
export function increases(before: Counters, after: Counters): Record<string, number> {
  const sums = [...after].map(([name, values]) => {
    const increase = [...values].reduce((sum, [id, value]) => sum + value - (before.get(name)?.get(id) ?? 0), 0)
    return [name, increase]
  })
  return Object.fromEntries(sums)
}

/** The same of what was delivered: all series of a counter together. */
export function sumsOf(points: readonly ReceivedPoint[]): Record<string, number> {
  const sums: Record<string, number> = {}
  for (const name of ['ins', 'upd', 'del', 'hot_upd']) sums[`postgresql.operations ${name}`] = 0
  for (const name of ['postgresql.index.scans', 'postgresql.function.calls']) sums[name] = 0
  for (const { metric, attributes, value } of points) {
    const operation = attributes['operation']
    const name = operation === undefined ? metric : `${metric} ${typeof operation === 'string' ? operation : ''}`
    if (name in sums) sums[name] = (sums[name] ?? 0) + Number(value)
  }
  return sums
}
