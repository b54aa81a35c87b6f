import type { Cluster } from '../../../src/demo/embedded-postgres/cluster.ts'
import { untilStatistics } from './workload.ts'

/** Something that happens to objects of a database between two scrapes. */
export interface Change {
  readonly name: string
  /** Done before the scrape that the change is measured from. */
  readonly prepare?: (cluster: Cluster) => Promise<unknown>
  readonly act: (cluster: Cluster) => Promise<unknown>
  /** Rows inserted since that scrape, by table as `database schema.table`. */
  readonly inserted?: Readonly<Record<string, number>>
  /** Scans by index, as `database schema.table index`. */
  readonly scanned?: Readonly<Record<string, number>>
  /** Series whose past isn't known, before the change and at the first scrape after it. */
  readonly unknownBefore?: (label: string) => boolean
  readonly unknown?: (label: string) => boolean
  /** What the server's own view counts twice while the change is prepared. */
  readonly doubled?: (label: string) => boolean
}

/** Inserts so many rows into each table; resolves when the statistics tell of it. */
export async function insert(
  cluster: Cluster,
  database: string,
  rows: Readonly<Record<string, number>>,
): Promise<void> {
  const names = Object.keys(rows)
    .map((name) => `'${name}'`)
    .join(', ')
  const seenSql = `SELECT relname AS name, n_tup_ins::int AS rows FROM pg_stat_user_tables WHERE relname IN (${names})
    ORDER BY relname COLLATE "C"`
  const seen = new Map((await cluster.query(seenSql, database)).map(({ name, rows }) => [name, Number(rows)]))
  {
    await using client = await cluster.connect(database)
    for (const [name, count] of Object.entries(rows)) {
      await client.query(`INSERT INTO ${name} SELECT generate_series(1, ${count})`)
    }
  }
  const then = Object.entries(rows)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, count]) => ({ name, rows: (seen.get(name) ?? 0) + count }))
  await untilStatistics(cluster, database, seenSql, then)
}

/** Statements that each run by itself. */
export async function run(cluster: Cluster, database: string, statements: readonly string[]): Promise<void> {
  await using client = await cluster.connect(database)
  for (const sql of statements) await client.query(sql)
}
