import { describe, expect, test } from 'vitest'
import type { Cluster } from '../../../src/demo/embedded-postgres/cluster.ts'
import { eventually } from '../../support/eventually.ts'
import { oldestMajor, usePostgres } from '../../support/postgres.ts'
import { receiverOf, serverErrors } from './receiver-under-test.ts'

const tables = `
  CREATE TABLE locked (id int PRIMARY KEY, note text);
  CREATE INDEX locked_note ON locked (left(note, 10));
  CREATE TABLE free (id int PRIMARY KEY, note text);
  INSERT INTO locked SELECT i, string_agg(md5(i::text || j::text), '') FROM generate_series(1, 60) AS i,
    generate_series(1, CASE WHEN i % 20 = 0 THEN 300 ELSE 2 END) AS j GROUP BY i;
  INSERT INTO free SELECT i, repeat('y', 50) FROM generate_series(1, 5000) AS i;`

/** What the relation really takes, and what the catalog remembers of it. */
async function sizesOf(cluster: Cluster, database: string, relation: string) {
  const [row] = await cluster.query(
    `SELECT c.reltoastrelid::regclass::text AS toast, pg_total_relation_size(c.oid)::int AS total, pg_relation_size(c.oid)::int AS own,
      c.relpages * 8192 AS remembered,
      (SELECT sum(p.relpages) FROM pg_class AS p WHERE p.oid IN (c.oid, c.reltoastrelid) OR p.oid IN (SELECT i.indexrelid
        FROM pg_index AS i WHERE i.indrelid IN (c.oid, c.reltoastrelid)))::int * 8192 AS total_remembered
     FROM pg_class AS c WHERE c.oid = '${relation}'::regclass`,
    database,
  )
  return row ?? {}
}

const lock = 'LOCK TABLE locked IN ACCESS EXCLUSIVE MODE'

/** What one session holds in a transaction, and what another waits for. */
const ways = {
  'the table, and another waits for it': [lock, lock],
  'an index in an open REINDEX, and another waits for the table': ['REINDEX INDEX locked_note', lock],
  "its TOAST table's index in an open REINDEX, and another waits for that": [
    'REINDEX INDEX %toast%_index',
    'REINDEX INDEX %toast%_index',
  ],
  'it only for reading, while another waits to lock it': ['SELECT FROM locked LIMIT 1', lock],
} as const satisfies Record<string, readonly [string, string]>

describe.each(oldestMajor)('on PostgreSQL %i, with a session that holds', (major) => {
  const postgres = usePostgres(major, { settings: { autovacuum: 'off', deadlock_timeout: '60s' } })

  test.each(Object.entries(ways))(
    '%s: only its size is remembered, all else arrives, and nothing waits',
    async (_, [held, awaited]) => {
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
      await holder.query(held.replace('%toast%', String(locked['toast'])))
      const { rows } = await waiter.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
      await waiter.query('BEGIN')
      const waiting = waiter.query(awaited.replace('%toast%', String(locked['toast']))).catch(() => undefined)
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
      expect(size('locked')).toEqual([locked['total_remembered']])
      expect(size('free')).toEqual([free['total']])
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
