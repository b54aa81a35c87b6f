import { describe, expect, test } from 'vitest'
import type { Cluster } from '../../../../src/demo/embedded-postgres/cluster.ts'
import { eventually } from '../../../support/eventually.ts'
import { majors, oldestMajor, usePostgres } from '../../../support/postgres.ts'
import { receiverOf, serverErrors } from '../support/receiver-under-test.ts'

const tables = `
  CREATE TABLE locked (id int PRIMARY KEY, note text);
  CREATE INDEX locked_note ON locked (left(note, 10));
  CREATE TABLE free (id int PRIMARY KEY, note text);
  INSERT INTO locked SELECT i, string_agg(md5(i::text || j::text), '') FROM generate_series(1, 60) AS i,
    generate_series(1, CASE WHEN i % 20 = 0 THEN 300 ELSE 2 END) AS j GROUP BY i;
  INSERT INTO free SELECT i, repeat('y', 50) FROM generate_series(1, 5000) AS i;`

/** What the table and all its parts really take, what the catalog remembers of each, and the name of its TOAST table. */
async function sizesOf(cluster: Cluster, database: string, table: string) {
  const parts = await cluster.query(
    `SELECT p.oid::regclass::text AS name, p.relkind AS kind, pg_relation_size(p.oid)::int AS real, p.relpages * 8192 AS remembered
     FROM pg_class AS c JOIN pg_class AS p ON p.oid IN (c.oid, c.reltoastrelid) OR p.oid IN (SELECT i.indexrelid
       FROM pg_index AS i WHERE i.indrelid IN (c.oid, c.reltoastrelid)) WHERE c.oid = '${table}'::regclass`,
    database,
  )
  const [row] = await cluster.query(`SELECT pg_total_relation_size('${table}')::int AS total`, database)
  const toast = String(parts.find(({ kind }) => kind === 't')?.['name'])
  return {
    total: row?.['total'],
    toast,
    /** Of what is locked, what the catalog remembers. */
    whileLocked: (names: readonly string[]) => {
      const locked = new Set(names.map((name) => name.replace('%toast%', toast)))
      return parts.reduce(
        (sum, part) => sum + Number(part[locked.has(String(part['name'])) ? 'remembered' : 'real']),
        0,
      )
    },
  }
}

const lock = 'LOCK TABLE locked IN ACCESS EXCLUSIVE MODE'

/** What one session holds in a transaction, what another waits for, and what is locked by both. */
const ways = {
  'the table, and another waits for it': [lock, lock, ['locked']],
  'an index in an open REINDEX, and another waits for the table': [
    'REINDEX INDEX locked_note',
    lock,
    ['locked', 'locked_note'],
  ],
  "its TOAST table's index in an open REINDEX, and another waits for that": [
    'REINDEX INDEX %toast%_index',
    'REINDEX INDEX %toast%_index',
    ['%toast%_index'],
  ],
  'it only for reading, while another waits to lock it': ['SELECT FROM locked LIMIT 1', lock, ['locked']],
} as const satisfies Record<string, readonly [string, string, readonly string[]]>

describe.each(oldestMajor)('on PostgreSQL %i, with a session that holds', (major) => {
  const postgres = usePostgres(major, { settings: { autovacuum: 'off', deadlock_timeout: '60s' } })

  test.each(Object.entries(ways))(
    '%s: only the size of what is locked is remembered, all else arrives, and nothing waits',
    async (_, [held, awaited, names]) => {
      const { cluster, createDatabase } = await postgres()
      const database = await createDatabase()
      await cluster.query(tables, database)
      await cluster.query('VACUUM ANALYZE', database)
      const locked = await sizesOf(cluster, database, 'locked')
      const free = await sizesOf(cluster, database, 'free')
      await using under = receiverOf(cluster, { databases: [database] })
      const undisturbed = await under.collect()

      await using holder = await cluster.connect(database)
      await using waiter = await cluster.connect(database)
      await holder.query('BEGIN')
      await holder.query(held.replace('%toast%', locked.toast))
      const { rows } = await waiter.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
      await waiter.query('BEGIN')
      const waiting = waiter.query(awaited.replace('%toast%', locked.toast)).catch(() => undefined)
      const blocked = `SELECT FROM pg_locks WHERE pid = ${rows[0]?.pid} AND NOT granted`
      await eventually(async () => expect(await cluster.query(blocked, database)).toHaveLength(1))

      const from = (await cluster.log()).length
      const start = performance.now()
      const during = await under.collect()
      const tookMs = performance.now() - start
      expect(during.error).toBeUndefined()
      expect(await serverErrors(cluster, from)).toEqual([])
      expect(tookMs).toBeLessThan(4_000)
      const size = (table: string) => during.values('postgresql.table.size', { 'db.collection.name': table })
      expect(size('locked')).toEqual([locked.whileLocked(names)])
      expect(size('free')).toEqual([free.total])
      expect(during.values('postgresql.index.size').length).toBe(undisturbed.values('postgresql.index.size').length)
      // Whether a reading of statements is complete can only be said of the second.
      const told = ({ names }: { names: ReadonlySet<string> }) =>
        [...names].filter((name) => name !== 'postgresql.statements.incomplete').sort()
      expect(told(during)).toEqual(told(undisturbed))
      await holder.query('ROLLBACK')
      await waiting
    },
  )
})

/** Of each table: how it came about, and whether its pages are known while it is locked. */
const histories = {
  filled: ['', 'INSERT INTO % SELECT g, repeat(md5(g::text), 2) FROM generate_series(1, 20000) AS g'],
  filled_after_vacuum: ['VACUUM %', 'INSERT INTO % SELECT g, md5(g::text) FROM generate_series(1, 20000) AS g'],
  emptied_after_vacuum: [
    'VACUUM %',
    'BEGIN; INSERT INTO % SELECT g, md5(g::text) FROM generate_series(1, 20000) AS g; ROLLBACK',
  ],
  truncated_and_filled: [
    'INSERT INTO % SELECT g, md5(g::text) FROM generate_series(1, 900) AS g; ANALYZE %',
    'TRUNCATE %; INSERT INTO % SELECT g, md5(g::text) FROM generate_series(1, 20000) AS g',
  ],
  analyzed: ['INSERT INTO % SELECT g, md5(g::text) FROM generate_series(1, 20000) AS g', 'ANALYZE %'],
  vacuumed: ['INSERT INTO % SELECT g, md5(g::text) FROM generate_series(1, 20000) AS g', 'VACUUM %'],
  empty: ['', 'VACUUM %'],
  never_filled: ['', ''],
} as const satisfies Record<string, readonly [string, string]>

const unknown = ['filled', 'filled_after_vacuum', 'truncated_and_filled', 'emptied_after_vacuum'] as const

type Sizes = Readonly<Record<string, number | bigint | undefined>>

function present(sizes: Sizes, tables: readonly string[]): readonly string[] {
  return tables.filter((table) => sizes[table] !== undefined)
}

/** The maps of free and visible pages aren't remembered. */
function expectClose({ before, during }: { readonly before: Sizes; readonly during: Sizes }, table: string): void {
  const ratio = Number(during[table]) / Number(before[table])
  expect(ratio, table).toBeGreaterThan(0.95)
  expect(ratio, table).toBeLessThanOrEqual(1)
}

describe.each(majors)('on PostgreSQL %i, of locked relations', (major) => {
  const postgres = usePostgres(major, { settings: { autovacuum: 'off' } })

  /** What ACCESS EXCLUSIVE on the table, or an open REINDEX of its index, leaves of the sizes. */
  async function sizesWhile(held: (table: string) => string) {
    const { cluster, createDatabase } = await postgres()
    const database = await createDatabase()
    for (const [table, steps] of Object.entries(histories)) {
      // The server's statistics know what a session did once it has ended.
      await using writer = await cluster.connect(database)
      await writer.query(`CREATE TABLE ${table} (id int PRIMARY KEY, note text)`)
      for (const step of steps.flatMap((each) => each.split('; '))) await writer.query(step.replaceAll('%', table))
    }
    const counted =
      "SELECT FROM pg_stat_user_tables WHERE relname ~ '(filled|emptied)_after' AND n_live_tup + n_dead_tup > 0"
    await eventually(async () => expect(await cluster.query(counted, database)).toHaveLength(2))
    await using connection = await cluster.connect(database)
    await using under = receiverOf(cluster, { databases: [database] })
    const before = await under.collect()
    await connection.query('BEGIN')
    for (const table of Object.keys(histories)) await connection.query(held(table))
    const during = await under.collect()
    expect(during.error).toBeUndefined()
    const shown = (from: typeof before, metric: string) =>
      Object.fromEntries(
        Object.keys(histories).map((table) => [table, from.values(metric, { 'db.collection.name': table })[0]]),
      )
    return {
      table: { before: shown(before, 'postgresql.table.size'), during: shown(during, 'postgresql.table.size') },
      index: { before: shown(before, 'postgresql.index.size'), during: shown(during, 'postgresql.index.size') },
    }
  }

  test('tables have a size where all their pages are known, and none where some are not', async () => {
    const { table, index } = await sizesWhile((name) => `LOCK TABLE ${name} IN ACCESS EXCLUSIVE MODE`)
    for (const known of ['analyzed', 'vacuumed']) expectClose(table, known)
    // Before 14 nothing says whether a table without pages was ever looked at.
    expect(table.during['empty']).toBe(major >= 14 ? table.before['empty'] : undefined)
    expect(present(table.during, [...unknown, 'never_filled'])).toEqual([])
    // The table's lock is none of its indexes'.
    expect(index.during).toEqual(index.before)
  })

  test('indexes have a size where their pages are known, and their tables where the index has one', async () => {
    const { table, index } = await sizesWhile((name) => `REINDEX INDEX ${name}_pkey`)
    expect(index.during['analyzed']).toBe(index.before['analyzed'])
    expectClose(table, 'analyzed')
    expect(index.during['empty']).toBe(major >= 14 ? index.before['empty'] : undefined)
    // VACUUM doesn't look at the indexes of a table without dead rows.
    expect(present(index.during, [...unknown, 'never_filled', 'vacuumed'])).toEqual([])
    expect(present(table.during, [...unknown, 'never_filled', 'vacuumed'])).toEqual([])
  })
})
