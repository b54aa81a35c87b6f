import type { Connection } from '../../../src/demo/embedded-postgres/connect.ts'
import type { CounterRows } from '../../../src/pdata/batch.ts'

/** What one row of pg_stat_statements says at one moment. */
export interface StatementRow {
  /** By metric, in its unit. */
  readonly values: ReadonlyMap<string, number>
  /** When the row began, where the extension says it. */
  readonly since: string | undefined
}

/** By what tells rows apart: (dbid, userid, toplevel, queryid). */
export type StatementRows = ReadonlyMap<string, StatementRow>

/** Column of pg_stat_statements (later names first) -> metric, and what a unit of the column is in the metric's. */
export const counters: readonly {
  readonly columns: readonly string[]
  readonly metric: string
  readonly unit: number
}[] = [
  { columns: ['calls'], metric: 'postgresql.statement.calls', unit: 1 },
  { columns: ['rows'], metric: 'postgresql.statement.rows', unit: 1 },
  { columns: ['total_exec_time', 'total_time'], metric: 'postgresql.statement.execution.time', unit: 0.001 },
  { columns: ['total_exec_time', 'total_time'], metric: 'postgresql.query.execution.time', unit: 0.001 },
  { columns: ['total_plan_time'], metric: 'postgresql.statement.plan.time', unit: 0.001 },
  { columns: ['plans'], metric: 'postgresql.statement.plans', unit: 1 },
  { columns: ['shared_blks_hit'], metric: 'postgresql.statement.shared_blocks.hit', unit: 1 },
  { columns: ['shared_blks_read'], metric: 'postgresql.statement.shared_blocks.read', unit: 1 },
  { columns: ['shared_blks_dirtied'], metric: 'postgresql.statement.shared_blocks.dirtied', unit: 1 },
  { columns: ['shared_blks_written'], metric: 'postgresql.statement.shared_blocks.written', unit: 1 },
  { columns: ['local_blks_hit'], metric: 'postgresql.statement.local_blocks.hit', unit: 1 },
  { columns: ['local_blks_written'], metric: 'postgresql.statement.local_blocks.written', unit: 1 },
  { columns: ['temp_blks_read'], metric: 'postgresql.statement.temp_blocks.read', unit: 1 },
  { columns: ['temp_blks_written'], metric: 'postgresql.statement.temp_blocks.written', unit: 1 },
  {
    columns: ['shared_blk_read_time', 'blk_read_time'],
    metric: 'postgresql.statement.shared_blocks.read.time',
    unit: 0.001,
  },
  { columns: ['wal_records'], metric: 'postgresql.statement.wal.records', unit: 1 },
  { columns: ['wal_bytes'], metric: 'postgresql.statement.wal.bytes', unit: 1 },
]

/** The rows as the receiver gave them. */
export function rowsGiven({ metrics, rows }: CounterRows): StatementRows {
  return new Map(
    rows.map(({ key, values, token }) => {
      const named = metrics.map(({ name }, at) => [name, Number(values[at] ?? 0)] as const)
      return [key, { values: new Map(named), since: token?.exact === true ? token.text : undefined }]
    }),
  )
}

/** Reads the view itself; of rows that nothing tells apart the sum. */
export async function readStatements(client: Connection, databases: readonly string[]): Promise<StatementRows> {
  const { rows } = await client.query<Record<string, unknown>>(
    `SELECT s.*, d.datname FROM pg_stat_statements AS s JOIN pg_database AS d ON d.oid = s.dbid
      WHERE d.datname = ANY ($1)`,
    [databases],
  )
  const found = new Map<string, StatementRow>()
  for (const row of rows) {
    const key = ['dbid', 'userid', 'toplevel', 'queryid'].map((column) => String(row[column])).join()
    const before = found.get(key)
    const values = new Map<string, number>()
    for (const { columns, metric, unit } of counters) {
      const value = columns.map((name) => row[name]).find((found) => found !== undefined)
      if (value !== undefined) values.set(metric, Number(value) * unit + (before?.values.get(metric) ?? 0))
    }
    const since = row['stats_since']
    found.set(key, { values, since: since instanceof Date ? since.toISOString() : undefined })
  }
  return found
}

/**
 * What two readings can see that was done between them, by metric: of a row that is new, that says it began anew or that
 * fell all of it, of any other the difference.
 * @param mixed whether one row may be the sum of two: then a counter that fell tells nothing
 */
export function visibleIncrease(
  before: StatementRows,
  after: StatementRows,
  mixed: boolean,
): ReadonlyMap<string, number> {
  const totals = new Map<string, number>()
  for (const [key, now] of after) {
    const then = before.get(key)
    const fell = [...now.values].some(([metric, value]) => value < (then?.values.get(metric) ?? 0))
    const anew = then === undefined || now.since !== then.since || (fell && !mixed)
    for (const [metric, value] of now.values) {
      const increase = anew ? value : Math.max(0, value - (then.values.get(metric) ?? 0))
      totals.set(metric, (totals.get(metric) ?? 0) + increase)
    }
  }
  return totals
}
