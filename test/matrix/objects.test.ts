import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Cluster } from '../../src/demo/embedded-postgres/cluster.ts'
import { majors } from '../support/postgres.ts'
import { Ledger } from './ledger.ts'
import { type Rig, startRig } from './rig.ts'
import { prepareWorkload, runRound, untilReset, untilStatistics } from './workload.ts'
import { app, monitor, startWatched } from './world.ts'

interface Change {
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

const none = () => false
const ofDatabase = (name: string) => (label: string) => label.includes(`"postgresql.database.name":"${name}"`)
const ofStatements = (label: string) => label.startsWith('postgresql.query.execution.time ')

/** Inserts so many rows into each table; resolves when the statistics tell of it. */
async function insert(cluster: Cluster, database: string, rows: Readonly<Record<string, number>>): Promise<void> {
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
async function run(cluster: Cluster, database: string, statements: readonly string[]): Promise<void> {
  await using client = await cluster.connect(database)
  for (const sql of statements) await client.query(sql)
}

const scansSql = (index: string) =>
  `SELECT (idx_scan > 0) AS used FROM pg_stat_user_indexes WHERE indexrelname = '${index}'`

function attributesOf(path: string): Record<string, string> {
  const [database = '', table = '', index] = path.split(' ')
  const [schema = ''] = table.split('.')
  return {
    'postgresql.database.name': database,
    ...(index === undefined ? {} : { 'postgresql.index.name': index }),
    'postgresql.schema.name': schema,
    'postgresql.table.name': table,
  }
}

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

const changes: readonly Change[] = [
  {
    name: 'a table created between two scrapes',
    async act(cluster) {
      await cluster.query('CREATE TABLE fresh (n int)', app)
      await insert(cluster, app, { fresh: 40 })
    },
    inserted: { 'app public.fresh': 40 },
  },
  {
    name: 'a table dropped and created under the same name',
    async prepare(cluster) {
      await cluster.query('CREATE TABLE again (n int)', app)
      await insert(cluster, app, { again: 90 })
    },
    async act(cluster) {
      await insert(cluster, app, { again: 20 })
      await run(cluster, app, ['DROP TABLE again', 'CREATE TABLE again (n int)'])
      await insert(cluster, app, { again: 30 })
    },
    // The 20 went with the table before anybody could read them.
    inserted: { 'app public.again': 30 },
  },
  {
    name: 'two tables that swap their names',
    async prepare(cluster) {
      await run(cluster, app, ['CREATE TABLE left_one (n int)', 'CREATE TABLE right_one (n int)'])
      await insert(cluster, app, { left_one: 100, right_one: 5 })
    },
    async act(cluster) {
      await cluster.query(
        `BEGIN; ALTER TABLE left_one RENAME TO mid; ALTER TABLE right_one RENAME TO left_one;
          ALTER TABLE mid RENAME TO right_one; COMMIT`,
        app,
      )
      await insert(cluster, app, { left_one: 2, right_one: 3 })
    },
    inserted: { 'app public.left_one': 2, 'app public.right_one': 3 },
  },
  {
    name: 'a table that moves to another schema',
    async prepare(cluster) {
      await run(cluster, app, ['CREATE SCHEMA archive', 'CREATE TABLE moved (n int)'])
      await insert(cluster, app, { moved: 60 })
    },
    async act(cluster) {
      await insert(cluster, app, { moved: 8 })
      await cluster.query('ALTER TABLE moved SET SCHEMA archive', app)
    },
    inserted: { 'app archive.moved': 8 },
  },
  {
    name: 'a table that is truncated and rewritten',
    async prepare(cluster) {
      await cluster.query('CREATE TABLE rewritten (n int PRIMARY KEY)', app)
      await insert(cluster, app, { rewritten: 70 })
    },
    async act(cluster) {
      await run(cluster, app, ['TRUNCATE rewritten', 'VACUUM FULL rewritten'])
      await insert(cluster, app, { rewritten: 6 })
    },
    inserted: { 'app public.rewritten': 6 },
  },
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
  {
    name: 'a database dropped and created under the same name',
    async prepare(cluster) {
      await run(cluster, 'postgres', ['CREATE DATABASE shop'])
      await cluster.query('CREATE TABLE sales (n int)', 'shop')
      await insert(cluster, 'shop', { sales: 80 })
    },
    async act(cluster) {
      await run(cluster, 'postgres', ['DROP DATABASE shop', 'CREATE DATABASE shop'])
      await cluster.query('CREATE TABLE sales (n int)', 'shop')
      await insert(cluster, 'shop', { sales: 25 })
    },
    inserted: { 'shop public.sales': 25 },
  },
  {
    name: 'a database made of another one',
    prepare: (cluster) => insert(cluster, app, { fresh: 11 }),
    async act(cluster) {
      await cluster.query(`CREATE DATABASE copy TEMPLATE ${app}`)
      await insert(cluster, 'copy', { fresh: 12 })
    },
    inserted: { 'copy public.fresh': 12, 'app public.fresh': 0 },
  },
  {
    name: 'a database that gets another name',
    prepare: (cluster) => insert(cluster, 'copy', { fresh: 13 }),
    async act(cluster) {
      await cluster.query('ALTER DATABASE copy RENAME TO duplicate')
      await insert(cluster, 'duplicate', { fresh: 14 })
    },
    inserted: { 'duplicate public.fresh': 14 },
  },
  {
    name: 'a database that took no connections and now does',
    async prepare(cluster) {
      await cluster.query('CREATE DATABASE shut')
      await cluster.query('CREATE TABLE hidden (n int)', 'shut')
      await insert(cluster, 'shut', { hidden: 500 })
      await cluster.query('ALTER DATABASE shut ALLOW_CONNECTIONS false')
    },
    act: (cluster) => cluster.query('ALTER DATABASE shut ALLOW_CONNECTIONS true'),
    inserted: { 'shut public.hidden': 0 },
    unknownBefore: ofDatabase('shut'),
    unknown: ofDatabase('shut'),
  },
  {
    name: 'a database that nobody was granted and now is',
    async prepare(cluster) {
      await run(cluster, 'postgres', ['CREATE DATABASE closed', 'REVOKE CONNECT ON DATABASE closed FROM PUBLIC'])
      await cluster.query('CREATE TABLE hidden (n int)', 'closed')
      await insert(cluster, 'closed', { hidden: 600 })
    },
    act: (cluster) => cluster.query(`GRANT CONNECT ON DATABASE closed TO ${monitor}`),
    inserted: { 'closed public.hidden': 0 },
    unknownBefore: ofDatabase('closed'),
    unknown: ofDatabase('closed'),
  },
  {
    name: 'an extension created after its library has counted for long',
    act: (cluster) => cluster.query('CREATE EXTENSION pg_stat_statements'),
    unknown: ofStatements,
  },
  {
    name: 'an extension dropped and created again',
    act: (cluster) =>
      run(cluster, 'postgres', ['DROP EXTENSION pg_stat_statements', 'CREATE EXTENSION pg_stat_statements']),
  },
]

describe.each(majors)('PostgreSQL %i counts neither too much nor too little over', (major) => {
  let cluster: Cluster
  let rig: Rig
  let ledger: Ledger

  beforeAll(async () => {
    cluster = await startWatched(major)
    await prepareWorkload(cluster, app)
    rig = await startRig({ endpoint: cluster, username: monitor })
    ledger = new Ledger(rig, cluster)
    expect((await ledger.scrape(AbortSignal.timeout(20_000))).faults).toEqual([])
  })

  afterAll(async () => {
    await rig?.[Symbol.asyncDispose]()
    await cluster?.stop('fast')
  })

  for (const { name, prepare, act, inserted = {}, scanned = {}, ...series } of changes) {
    test(name, async ({ signal }) => {
      await prepare?.(cluster)
      const before = await ledger.scrape(signal, {
        nothing: series.unknownBefore ?? none,
        lossy: series.doubled ?? none,
      })
      expect(before.faults).toEqual([])
      await ledger.note()
      await act(cluster)
      const after = await ledger.scrape(signal, {
        nothing: series.unknown ?? none,
        // The blocks that were read to build it, and nothing like the thousands that were read through it.
        atMost: (label) => (series.doubled?.(label) ? 100 : undefined),
      })
      expect(after.faults).toEqual([])
      for (const [path, rows] of Object.entries(inserted)) {
        const attributes = { ...attributesOf(path), operation: 'ins' }
        expect.soft([path, after.delta('postgresql.operations', attributes)]).toEqual([path, rows])
      }
      for (const [path, scans] of Object.entries(scanned)) {
        expect.soft([path, after.delta('postgresql.index.scans', attributesOf(path))]).toEqual([path, scans])
      }
      await runRound(cluster, app)
      expect((await ledger.scrape(signal)).faults).toEqual([])
    })
  }
})
