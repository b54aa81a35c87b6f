import { afterAll, describe, expect, test } from 'vitest'
import { startWorkload, type Workload } from '../../src/demo/workload.ts'
import { eventually } from '../support/eventually.ts'
import { endMajors, usePostgres } from '../support/postgres.ts'

/** What each kind of activity leaves in the server's views: a condition over `shop` that comes true. */
const visible = {
  'inserts, updates and deletes': `SELECT n_tup_ins > 5001 AND n_tup_del > 0 AS seen FROM pg_stat_user_tables
    WHERE relname = 'orders'`,
  'updates, HOT and not': `SELECT n_tup_hot_upd > 0 AND n_tup_upd > n_tup_hot_upd AS seen FROM pg_stat_user_tables
    WHERE relname = 'customers'`,
  'index scans': `SELECT idx_scan > 3 AS seen FROM pg_stat_user_indexes WHERE indexrelname = 'orders_customer'`,
  'sequential scans': `SELECT seq_scan > 3 AS seen FROM pg_stat_user_tables WHERE relname = 'customers'`,
  'function calls': `SELECT calls > 2 AS seen FROM pg_stat_user_functions WHERE funcname = 'revenue'`,
  'temporary files': `SELECT temp_files > 0 AND temp_bytes > 100000 AS seen FROM pg_stat_database WHERE datname = 'shop'`,
  rollbacks: `SELECT xact_rollback > 2 AS seen FROM pg_stat_database WHERE datname = 'shop'`,
  'a deadlock': `SELECT deadlocks > 0 AS seen FROM pg_stat_database WHERE datname = 'shop'`,
  'a slow query': `SELECT bool_or(state = 'active' AND wait_event = 'PgSleep') AS seen FROM pg_stat_activity
    WHERE application_name = 'shop-report'`,
  'an idle transaction': `SELECT bool_or(state = 'idle in transaction') AS seen FROM pg_stat_activity
    WHERE application_name = 'shop-forgetful'`,
  'a lock wait': `SELECT bool_or(cardinality(pg_blocking_pids(pid)) = 1) AS seen FROM pg_stat_activity
    WHERE application_name = 'shop-contention'`,
  'statements, by their text': `SELECT calls > 2 AS seen FROM pg_stat_statements
    WHERE query LIKE 'UPDATE customers SET visits = %'`,
  'a replication slot': `SELECT restart_lsn IS NOT NULL AS seen FROM pg_replication_slots`,
  'the role of the collector': `SELECT pg_has_role('otelephant', 'pg_monitor', 'member') AS seen`,
} as const

describe.each(endMajors)('the workload on PostgreSQL %i', (major) => {
  const postgres = usePostgres(major)
  const ending = new AbortController()
  let workload: Workload | undefined
  afterAll(() => ending.abort())

  for (const [what, sql] of Object.entries(visible)) {
    test(`shows ${what}`, async () => {
      const { cluster } = await postgres()
      workload ??= await startWorkload(cluster, ending.signal)
      const seen = async () => expect(await cluster.query(sql, 'shop')).toEqual([{ seen: true }])
      await eventually(seen, { timeoutMs: 25_000, intervalMs: 100 })
    })
  }

  test('goes on after a crash of the server', async () => {
    const { cluster } = await postgres()
    await cluster.restart('immediate')
    const seen = async () => expect(await cluster.query(visible['index scans'], 'shop')).toEqual([{ seen: true }])
    await eventually(seen, { timeoutMs: 20_000, intervalMs: 100 })
  })

  test('stops with nothing left open, and is set up once only', async () => {
    const { cluster } = await postgres()
    const connected = "SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name LIKE 'shop-%'"
    expect(await cluster.query(connected)).not.toEqual([{ n: 0 }])
    await workload?.stop()
    await eventually(async () => expect(await cluster.query(connected)).toEqual([{ n: 0 }]))
    const stopping = new AbortController()
    const again = await startWorkload(cluster, stopping.signal)
    await eventually(async () => expect(await cluster.query(connected)).not.toEqual([{ n: 0 }]))
    stopping.abort()
    await again.stop()
    await eventually(async () => expect(await cluster.query(connected)).toEqual([{ n: 0 }]))
  })
})
