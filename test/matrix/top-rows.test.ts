import { describe, expect, test } from 'vitest'
import type { Cluster } from '../../src/demo/embedded-postgres/cluster.ts'
import type { ReceivedPoint } from '../../src/demo/endpoint/received-point.ts'
import { endMajors } from '../support/postgres.ts'
import { insert, run } from './support/change.ts'
import { startRig } from './support/rig.ts'
import { increases, readCounters, sizesSql, sumsOf } from './support/top-rows-truth.ts'
import { untilStatistics } from './support/workload.ts'
import { app, monitor, startWatched } from './support/world.ts'

const limits = { table: 3, index: 3, function: 3 }
const tables = Array.from({ length: 12 }, (_, index) => `t${index}`)

async function startTopRows(cluster: Cluster) {
  await cluster.query(`CREATE DATABASE ${app}`)
  for (const table of tables) await cluster.query(`CREATE TABLE ${table} (n int)`, app)
  for (const table of tables.slice(0, 6)) {
    await cluster.query(`CREATE INDEX ${table}_n ON ${table} (n)`, app)
    const body = 'LANGUAGE plpgsql AS $$ BEGIN RETURN n; END $$'
    await cluster.query(`CREATE FUNCTION f_${table}(n int) RETURNS int ${body}`, app)
  }
  const receiver = { limits, databases: [app] }
  return startRig({ endpoint: cluster, username: monitor, receiver })
}

/** What all counters have come to changes with this; resolves when the statistics tell of it. */
async function use(cluster: Cluster, uses: Readonly<Record<string, number>>): Promise<void> {
  const sql = `SELECT (SELECT sum(idx_scan)::int FROM pg_stat_user_indexes) AS scans,
    (SELECT COALESCE(sum(calls), 0)::int FROM pg_stat_user_functions) AS calls`
  const [seen] = await cluster.query(sql, app)
  const statements = Object.entries(uses).flatMap(([table, times]) => [
    `SELECT f_${table}(i) FROM generate_series(1, ${times}) AS i`,
    ...Array.from({ length: times }, (_, at) => `SELECT FROM ${table} WHERE n = ${at}`),
    `UPDATE ${table} SET n = n + 1 WHERE n <= ${times}`,
  ])
  await run(cluster, app, ['SET enable_seqscan = off', 'SET track_functions = pl', ...statements])
  const times = Object.values(uses).reduce((sum, one) => sum + one, 0)
  const scans = Number(seen?.['scans']) + times + statements.filter((one) => one.startsWith('UPDATE')).length
  await untilStatistics(cluster, app, sql, [{ scans, calls: Number(seen?.['calls']) + times }])
}

/** Names of what a metric is shown under. */
function shown(points: readonly ReceivedPoint[], metric: string, name = 'db.collection.name'): Set<unknown> {
  return new Set(points.filter((point) => point.metric === metric).map(({ attributes }) => attributes[name]))
}

describe.each(endMajors)('PostgreSQL %i', (major) => {
  test('all series together are what the server counted, whatever comes, goes, and changes its rank or name', async ({
    signal,
  }) => {
    await using cluster = await startWatched(major)
    await using rig = await startTopRows(cluster)
    await insert(cluster, app, { t0: 900, t1: 800, t2: 700, t3: 30, t4: 20, t5: 10 })
    await use(cluster, { t0: 6, t1: 5, t2: 4, t3: 2 })
    let before = await readCounters(cluster, app)
    await rig.scrape(signal)
    const changes: readonly (() => Promise<unknown>)[] = [
      () => insert(cluster, app, { t0: 40, t3: 3, t4: 4, t9: 9, t11: 11 }),
      () => use(cluster, { t0: 3, t1: 1, t4: 4, t5: 2 }),
      // From the rest to the first, and the other way round.
      () => insert(cluster, app, { t9: 5_000, t10: 4_000, t11: 3_000, t0: 1 }),
      () =>
        run(cluster, app, ['DROP TABLE t9', 'CREATE TABLE t9 (n int)']).then(() => insert(cluster, app, { t9: 17 })),
      () => run(cluster, app, ['ALTER TABLE t1 RENAME TO t12', 'ALTER TABLE t3 RENAME TO t1']),
      () => run(cluster, app, ['DROP TABLE t2', 'DROP TABLE t8']).then(() => insert(cluster, app, { t1: 7, t4: 5 })),
      () => use(cluster, { t0: 2, t4: 9, t5: 1 }),
      async () => {},
      () => insert(cluster, app, { t12: 60, t7: 6 }),
    ]
    for (const [index, change] of changes.entries()) {
      await change()
      const points = await rig.scrape(signal)
      const after = await readCounters(cluster, app)
      expect([index, sumsOf(points)]).toEqual([index, increases(before, after)])
      before = after
      // Its own ones, and the rest.
      for (const operation of ['ins', 'upd', 'del', 'hot_upd']) {
        const of = points.filter(({ attributes }) => attributes['operation'] === operation)
        expect(shown(of, 'postgresql.operations').size).toBeLessThanOrEqual(5 + 1)
      }
    }
    expect([rig.received.violations(), rig.received.overlaps()]).toEqual([[], []])
    const { consumed = 0, sent, queued, dropped, absorbed } = rig.account ?? {}
    const explained = [sent, queued, ...Object.values(dropped ?? {}), ...Object.values(absorbed ?? {})]
    expect(explained.reduce<number>((sum, one) => sum + (one ?? 0), 0)).toBe(consumed)
  })

  test('sizes of the rest and of those beside it are the size of all', async ({ signal }) => {
    await using cluster = await startWatched(major)
    await using rig = await startTopRows(cluster)
    const rows = Object.fromEntries(tables.map((table, index) => [table, index === 11 ? 90_000 : 1_000 + 400 * index]))
    await insert(cluster, app, rows)
    await cluster.query('ANALYZE', app)
    const points = await rig.scrape(signal)
    const [sizes] = await cluster.query(sizesSql, app)
    const total = (metric: string) =>
      points.filter((point) => point.metric === metric).reduce((sum, { value }) => sum + Number(value), 0)
    expect(total('postgresql.table.size')).toBe(Number(sizes?.['tables']))
    expect(total('postgresql.index.size')).toBe(Number(sizes?.['indexes']))
    expect(total('postgresql.rows')).toBe(Number(sizes?.['rows']))
    expect(shown(points, 'postgresql.table.size')).toContain('(other)')
    expect(shown(points, 'postgresql.table.size').size).toBeLessThanOrEqual(5 + 1)
    // The largest, beside those that were written most.
    expect(shown(points, 'postgresql.table.size')).toContain('t11')
    expect(shown(points, 'postgresql.index.size', 'postgresql.index.name')).toContain('(other)')
  })

  test('what falls back keeps its series for two scrapes more', async ({ signal }) => {
    await using cluster = await startWatched(major)
    await using rig = await startTopRows(cluster)
    await use(cluster, { t0: 9, t1: 8, t2: 7, t3: 3, t4: 2, t5: 1 })
    await rig.scrape(signal)
    const seen = []
    for (let scrapes = 0; scrapes < 4; scrapes++) {
      await use(cluster, { t0: 1, t1: 7, t2: 6, t3: 5, t4: 4, t5: 3 })
      const names = [...shown(await rig.scrape(signal), 'postgresql.function.calls', 'function')].map(String)
      seen.push(names.toSorted((a, b) => (a < b ? -1 : 1)))
    }
    expect(seen).toEqual([
      ['(other)', 'f_t0', 'f_t1', 'f_t2', 'f_t3'],
      ['(other)', 'f_t0', 'f_t1', 'f_t2', 'f_t3'],
      ['(other)', 'f_t1', 'f_t2', 'f_t3'],
      ['(other)', 'f_t1', 'f_t2', 'f_t3'],
    ])
  })
})
