import { describe, expect, test } from 'vitest'
import type { Cluster } from '../../../../src/demo/embedded-postgres/cluster.ts'
import { composeQueries } from '../../../../src/receivers/postgresql/compose/compose.ts'
import type { ComposedQuery, ComposeSettings } from '../../../../src/receivers/postgresql/compose/composed-query.ts'
import type { Connection } from '../../../../src/receivers/postgresql/connection/connection.ts'
import { pagesOf } from '../../../../src/receivers/postgresql/queries/pages.ts'
import { eventually } from '../../../support/eventually.ts'
import { endMajors, majors, startTestCluster, usePostgres } from '../../../support/postgres.ts'
import { composeSettings, inspect } from '../support/composing.ts'
import { connectionOf, never, settingsOf } from '../support/connecting.ts'
import { type SliceCost, sliceCosts } from './support/slice-cost.ts'

async function slicedOn(
  connection: Connection,
  overrides: Partial<ComposeSettings> = {},
): Promise<readonly ComposedQuery[]> {
  const settings = composeSettings(overrides)
  const { capabilities } = await inspect(connection, settings)
  const queries = (['server', 'database'] as const).flatMap(
    (scope) => composeQueries(settings, scope, capabilities).queries,
  )
  return queries.filter(({ slice }) => slice !== undefined)
}

const perTransaction = 1_000

/** Runs a DO block's statements for each n, in transactions that don't run out of locks. */
async function repeat(cluster: Cluster, database: string, times: number, statements: string) {
  for (let from = 1; from <= times; from += perTransaction) {
    const to = Math.min(times, from + perTransaction - 1)
    await cluster.query(`DO $$ BEGIN FOR n IN ${from}..${to} LOOP ${statements} END LOOP; END $$`, database)
  }
}

/** A table with so many indexes. */
function indexed(prefix: string, indexes: number, columns = 'id int'): string {
  return `EXECUTE format('CREATE TABLE ${prefix}_%s (${columns})', n);
    FOR k IN 1..${indexes} LOOP EXECUTE format('CREATE INDEX ON ${prefix}_%s (id)', n); END LOOP;`
}

/** Some keys of a catalog, from the first on, each with at least a slice after it. */
async function keysOf(cluster: Cluster, catalog: string, database: string): Promise<string[]> {
  const sampled = `SELECT o.oid FROM (SELECT oid, row_number() OVER (ORDER BY oid) - 1 AS n, count(*) OVER () AS all
    FROM ${catalog}) AS o WHERE o.n % (o.all / 6) = 0 ORDER BY o.oid LIMIT 6`
  const keys = (await cluster.query(sampled, database)).map(({ oid }) => String(oid))
  return ['0', ...keys.slice(1)]
}

/** The most that any slice cost, in each way to count it. */
function dearest(slices: readonly SliceCost[]) {
  const most = (key: 'rows' | 'blocks' | 'gathered' | 'scanned') => Math.max(0, ...slices.map((slice) => slice[key]))
  const plan = slices.toSorted((a, b) => b.rows - a.rows)[0]?.plan ?? ''
  return { rows: most('rows'), blocks: most('blocks'), gathered: most('gathered'), scanned: most('scanned'), plan }
}

const sliceRows = 300
/** A catalog of so few rows is best read from its beginning. */
const handful = 20

type Costs = ReadonlyMap<string, ReturnType<typeof dearest>>

/** Whatever there is: no slice sorts more than itself, none reads a catalog from its beginning. */
function expectSlicesOnly(costs: Costs, stage: string): void {
  for (const [name, { gathered, scanned, plan }] of costs) {
    expect(gathered, `${name}, ${stage}: ${plan}`).toBeLessThanOrEqual(sliceRows)
    expect(scanned, `${name}, ${stage}: ${plan}`).toBeLessThanOrEqual(handful)
  }
}

describe.each(endMajors)('on PostgreSQL %i', (major) => {
  const postgres = usePostgres(major, { settings: { autovacuum: 'off', max_locks_per_transaction: '1024' } })

  test('a slice costs the same of 1,000 rows and of 20,000, whatever the statistics of the catalogs say', async () => {
    const { cluster, createDatabase } = await postgres()
    const costs = async (database: string, stage: string): Promise<Costs> => {
      const keys = await keysOf(cluster, 'pg_class', database)
      const found = new Map<string, ReturnType<typeof dearest>>()
      for (const name of ['table', 'table_io', 'table_size', 'index', 'index_size']) {
        // A session of its own: what one has opened is cheaper to open again.
        await using connection = await connectionOf(settingsOf(cluster), database)
        const query = (await slicedOn(connection)).find((one) => one.name === name)
        if (query === undefined) expect.fail(`no query ${name}`)
        found.set(name, dearest(await sliceCosts(connection, query, keys)))
      }
      expectSlicesOnly(found, stage)
      return found
    }
    const analyzedOrNot = async (database: string, stage: string) => {
      const stale = await costs(database, `${stage}, not analyzed`)
      for (const catalog of ['pg_class', 'pg_index', 'pg_namespace'])
        await cluster.query(`VACUUM ANALYZE ${catalog}`, database)
      return [stale, await costs(database, `${stage}, analyzed`)] as const
    }
    const bare = await createDatabase()
    await repeat(cluster, bare, 1_000, "EXECUTE format('CREATE TABLE bare_%s (id int)', n);")
    await analyzedOrNot(bare, '1,000 tables without an index')
    const database = await createDatabase()
    await repeat(cluster, database, 500, indexed('few', 2))
    const [, few] = await analyzedOrNot(database, '1,000 indexes')
    await repeat(cluster, database, 9_500, indexed('many', 2))
    for (const many of await analyzedOrNot(database, '20,000 indexes')) {
      for (const [name, { rows, blocks, plan }] of many) {
        expect(rows, `${name}: ${plan}`).toBeLessThanOrEqual(1.2 * (few.get(name)?.rows ?? 0))
        expect(blocks, `${name}: ${plan}`).toBeLessThanOrEqual(1.3 * (few.get(name)?.blocks ?? 0))
      }
    }
    await repeat(cluster, database, 500, indexed('wide', 5, 'id int, note text'))
    await analyzedOrNot(database, 'five indexes a table')
    await repeat(
      cluster,
      database,
      10,
      `EXECUTE format('CREATE TABLE parted_%s (id int, at date) PARTITION BY LIST (id)', n);
       EXECUTE format('CREATE INDEX ON parted_%s (at)', n);
       FOR k IN 1..100 LOOP
         EXECUTE format('CREATE TABLE parted_%s_%s PARTITION OF parted_%s FOR VALUES IN (%s)', n, k, n, k);
       END LOOP;`,
    )
    await analyzedOrNot(database, 'many partitions')
    await repeat(cluster, database, 1_000, "EXECUTE format('CREATE SCHEMA tenant_%s CREATE TABLE t (id int)', n);")
    await analyzedOrNot(database, 'many schemas')
  }, 300_000)

  test('a slice of databases costs the same of 1,000 and of 20,000', async () => {
    await using cluster = await startTestCluster({ major, settings: { autovacuum: 'off' } })
    await cluster.query('CREATE ROLE monitor LOGIN IN ROLE pg_monitor')
    const grown = async (from: number, to: number) => {
      // Rows without a directory: as many real databases would take minutes.
      const columns = `SELECT string_agg(CASE attname WHEN 'oid' THEN '(100000 + g)::oid' WHEN 'datname'
        THEN '(''d'' || g)::name' ELSE 'd.' || quote_ident(attname) END, ', ' ORDER BY attnum) AS list
        FROM pg_attribute WHERE attrelid = 'pg_database'::regclass AND attnum > 0 AND NOT attisdropped`
      const [row] = await cluster.query(columns)
      await cluster.query(
        `INSERT INTO pg_database SELECT ${String(row?.['list'])} FROM pg_database AS d, generate_series(${from}, ${to}) AS g
          WHERE d.datname = 'template1'`,
      )
      await using connection = await connectionOf(settingsOf(cluster))
      const [query = expect.fail('not planned')] = await slicedOn(connection)
      expect(query.name).toBe('database_size')
      const oids = (await cluster.query('SELECT oid FROM pg_database')).map(({ oid }) => String(oid))
      const keys = await keysOf(cluster, 'pg_database', 'postgres')
      const cost = dearest(await sliceCosts(connection, query, keys, oids))
      expectSlicesOnly(new Map([[query.name, cost]]), `${oids.length} databases`)
      return cost
    }
    const few = await grown(1, 1_000)
    const many = await grown(1_001, 20_000)
    expect(few.rows).toBeGreaterThan(sliceRows)
    expect(many.rows).toBe(few.rows)
    expect(many.blocks).toBeLessThanOrEqual(1.3 * few.blocks)
  })
})

const long = 'i'.repeat(63)
/** REINDEX CONCURRENTLY cuts the name so that its ending fits. */
const cut = 'k'.repeat(60)
const cutOld = `${cut.slice(0, 57)}_ccold`

/** All kinds of relations; the indexes of which nothing is to be said while REINDEX CONCURRENTLY is at them, too. */
const everyKind = `
  CREATE SCHEMA app; CREATE SCHEMA "Odd ""one";
  CREATE TABLE app.orders (id int PRIMARY KEY, note text); CREATE TABLE "Odd ""one".orders (id int PRIMARY KEY);
  CREATE TABLE orders (id int PRIMARY KEY, note text); CREATE INDEX orders_note ON orders (left(note, 9));
  CREATE INDEX ${long} ON orders (id);
  CREATE TABLE heap (id int); CREATE UNLOGGED TABLE unlogged (id int PRIMARY KEY, note text);
  CREATE TABLE parted (id int PRIMARY KEY, note text) PARTITION BY RANGE (id);
  CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (100);
  CREATE TABLE parted_2 PARTITION OF parted FOR VALUES FROM (100) TO (200) PARTITION BY LIST (id);
  CREATE TABLE parted_2_1 PARTITION OF parted_2 FOR VALUES IN (100, 101);
  CREATE INDEX ON parted (note);
  INSERT INTO orders SELECT g, repeat('x', 30) FROM generate_series(1, 700) AS g;
  INSERT INTO parted SELECT g, 'y' FROM generate_series(0, 101) AS g;
  CREATE MATERIALIZED VIEW summary AS SELECT id, count(*) AS n FROM orders GROUP BY id;
  CREATE UNIQUE INDEX ON summary (id); CREATE MATERIALIZED VIEW unfilled AS SELECT 1 AS one WITH NO DATA;
  CREATE VIEW looked AS SELECT * FROM orders; CREATE SEQUENCE numbers; CREATE TYPE pair AS (a int, b text);
  CREATE FOREIGN DATA WRAPPER nowhere; CREATE SERVER nowhere FOREIGN DATA WRAPPER nowhere;
  CREATE FOREIGN TABLE far (id int) SERVER nowhere;
  CREATE TABLE doubtful (id int PRIMARY KEY); CREATE INDEX invalid ON doubtful (id);
  CREATE TABLE rebuilt (id int); CREATE INDEX swapped ON rebuilt (id); CREATE INDEX swapped_ccold ON rebuilt (id);
  CREATE INDEX ${cut} ON rebuilt (id); CREATE INDEX ${cutOld} ON rebuilt (id);
  UPDATE pg_index SET indisvalid = false WHERE indexrelid IN
    ('invalid'::regclass, 'swapped_ccold'::regclass, '${cutOld}'::regclass);
  DELETE FROM orders WHERE id > 600; SELECT count(*) FROM orders WHERE id = 5; ANALYZE`

const temporary = `
  DO $$ BEGIN FOR n IN 1..300 LOOP
    EXECUTE format('CREATE TEMPORARY TABLE passing_%s (id int PRIMARY KEY, note text)', n);
  END LOOP; END $$`

/** What the system's views say of the same. */
const expected = {
  table: `SELECT s.relid::text, s.schemaname, s.relname, s.n_dead_tup, s.n_tup_del, io.heap_blks_hit, io.heap_blks_read,
      s.n_tup_hot_upd, s.n_tup_ins, s.n_live_tup, s.seq_scan, s.n_tup_upd, s.vacuum_count
    FROM pg_stat_user_tables AS s JOIN pg_statio_user_tables AS io USING (relid) JOIN pg_class AS c ON c.oid = s.relid`,
  table_io: `SELECT s.relid::text, s.schemaname, s.relname, s.idx_blks_hit, s.idx_blks_read, s.tidx_blks_hit,
      s.tidx_blks_read, s.toast_blks_hit, s.toast_blks_read
    FROM pg_statio_user_tables AS s JOIN pg_class AS c ON c.oid = s.relid`,
  table_size: `SELECT s.relid::text, s.schemaname, s.relname, pg_total_relation_size(s.relid)
    FROM pg_stat_user_tables AS s JOIN pg_class AS c ON c.oid = s.relid`,
  index: `SELECT s.indexrelid::text, s.schemaname, s.relname, s.indexrelname, s.idx_scan
    FROM pg_stat_user_indexes AS s JOIN pg_class AS c ON c.oid = s.relid
    WHERE s.indexrelname NOT IN ('invalid', 'swapped', 'swapped_ccold', '${cut}', '${cutOld}')`,
  index_size: `SELECT s.indexrelid::text, s.schemaname, s.relname, s.indexrelname, pg_relation_size(s.indexrelid)
    FROM pg_stat_user_indexes AS s JOIN pg_class AS c ON c.oid = s.relid`,
} as const

describe.each(majors)('on PostgreSQL %i', (major) => {
  const postgres = usePostgres(major, { settings: { autovacuum: 'off' } })

  test('slices of any size give what the views say, across any number of relations that are left out', async () => {
    const { cluster, createDatabase } = await postgres()
    const database = await createDatabase()
    await using other = await cluster.connect(database)
    await other.query('CREATE TABLE first (id int PRIMARY KEY, note text)')
    await other.query(temporary)
    await cluster.query(everyKind, database)
    await using connection = await connectionOf(settingsOf(cluster), database)
    const views = async (sql: string) => {
      const shown = `SELECT * FROM (${sql}${sql.includes('WHERE') ? ' AND' : ' WHERE'} c.relkind IN ('r', 'm')
        AND s.schemaname !~ '^pg_temp') AS v ORDER BY 1`
      return connection.query('views', shown, [], never)
    }
    for (const sliceRows of [1, 7, 300]) {
      for (const [name, sql] of Object.entries(expected)) {
        const query = (await slicedOn(connection, { sliceRows })).find((one) => one.name === name)
        if (query === undefined) expect.fail(`no query ${name}`)
        const read = async () => {
          const rows = []
          for await (const page of pagesOf(query, ({ text, parameters }, bounds) => {
            const given = { ...bounds, databases: '{}' }
            return connection.query(
              name,
              text,
              parameters.map((parameter) => given[parameter]),
              never,
            )
          })) {
            rows.push(...page.rows.map((row) => row.slice(0, query.columns.length)))
          }
          return rows.toSorted(([a], [b]) => String(a).localeCompare(String(b)))
        }
        // The statistics of older servers arrive a moment later.
        await eventually(async () => {
          const rows = await read()
          expect(rows).toEqual((await views(sql)).toSorted(([a], [b]) => String(a).localeCompare(String(b))))
          expect(rows.length).toBeGreaterThanOrEqual(10)
        })
      }
    }
  })
})
