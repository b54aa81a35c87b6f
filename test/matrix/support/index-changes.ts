import { type Change, insert, run } from './change.ts'
import { untilReset, untilStatistics } from './workload.ts'
import { app } from './world.ts'

const scansSql = (index: string) =>
  `SELECT (idx_scan > 0) AS used FROM pg_stat_user_indexes WHERE indexrelname = '${index}'`

/** REINDEX CONCURRENTLY that waits, with the new index in place and the old one not yet gone, until it is released. */
function slowReindex(): Pick<Change, 'prepare' | 'act'> {
  let released = Promise.withResolvers<void>()
  let reindexed: Promise<unknown> = Promise.resolve()
  const twins = "SELECT count(*)::int AS twins FROM pg_class WHERE relname = 'busy_n_ccold'"
  return {
    async prepare(cluster) {
      released = Promise.withResolvers()
      const holder = await cluster.connect(app)
      await holder.query('BEGIN; SELECT FROM busy WHERE n = 1')
      const finished = released.promise.then(() => holder.end())
      reindexed = Promise.all([finished, cluster.query('REINDEX INDEX CONCURRENTLY busy_n', app)])
      await untilStatistics(cluster, app, twins, [{ twins: 1 }])
    },
    async act(cluster) {
      released.resolve()
      await reindexed
      await untilStatistics(cluster, app, scansSql('busy_n'), [{ used: true }])
    },
  }
}

export const indexChanges: readonly Change[] = [
  {
    name: 'an index built anew while it is in use',
    async prepare(cluster) {
      await run(cluster, app, [
        'CREATE TABLE indexed (n int CONSTRAINT indexed_n PRIMARY KEY)',
        'INSERT INTO indexed SELECT generate_series(1, 5000)',
        'SET enable_seqscan = off',
        ...Array.from({ length: 50 }, (_, n) => `SELECT FROM indexed WHERE n = ${n}`),
      ])
      await untilStatistics(cluster, app, scansSql('indexed_n'), [{ used: true }])
    },
    async act(cluster) {
      await cluster.query('REINDEX INDEX CONCURRENTLY indexed_n', app)
      await untilStatistics(cluster, app, scansSql('indexed_n'), [{ used: true }])
    },
    // The new index has the old one's scans.
    scanned: { 'app public.indexed indexed_n': 0 },
  },
  {
    name: 'a table created and read through its index between two scrapes',
    async act(cluster) {
      await run(cluster, app, [
        'CREATE TABLE busy (n int CONSTRAINT busy_n PRIMARY KEY)',
        'INSERT INTO busy SELECT generate_series(1, 5000)',
        'SET enable_seqscan = off',
        ...Array.from({ length: 50 }, (_, n) => `SELECT FROM busy WHERE n = ${n}`),
      ])
      await untilStatistics(cluster, app, scansSql('busy_n'), [{ used: true }])
    },
    inserted: { 'app public.busy': 5000 },
  },
  {
    name: 'an index that is being built anew during a scrape',
    ...slowReindex(),
    doubled: (label) => label.includes('"public.busy","source":"idx_'),
    // Up to 14 the old index's counters come to the new one when all is done.
    unknown: (label) => label.startsWith('postgresql.index.scans ') && label.includes('"busy_n"'),
  },
  {
    name: 'an index that gets another name',
    async prepare(cluster) {
      await run(cluster, app, [
        'CREATE TABLE renamed (n int CONSTRAINT renamed_n PRIMARY KEY)',
        'INSERT INTO renamed SELECT generate_series(1, 5000)',
        'SET enable_seqscan = off',
        'SELECT FROM renamed WHERE n = 1',
      ])
      await untilStatistics(cluster, app, scansSql('renamed_n'), [{ used: true }])
    },
    act: (cluster) => cluster.query('ALTER INDEX renamed_n RENAME TO renamed_m', app),
    scanned: { 'app public.renamed renamed_m': 0 },
  },
  {
    name: "one of a table's indexes dropped while another table is reset",
    async prepare(cluster) {
      await run(cluster, app, ['CREATE TABLE wide (n int PRIMARY KEY)', 'CREATE INDEX wide_too ON wide (n)'])
      await insert(cluster, app, { wide: 5000 })
    },
    async act(cluster) {
      await cluster.query('DROP INDEX wide_too', app)
      const reset = () => cluster.query("SELECT pg_stat_reset_single_table_counters('other'::regclass)", app)
      await untilReset(cluster, reset, `SELECT stats_reset::text FROM pg_stat_database WHERE datname = '${app}'`)
    },
  },
]
