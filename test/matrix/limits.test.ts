import { describe, expect, test } from 'vitest'
import type { Cluster } from '../../src/demo/embedded-postgres/cluster.ts'
import { majors } from '../support/postgres.ts'
import { startRig } from './rig.ts'
import { untilStatistics } from './workload.ts'
import { app, monitor, startWatched } from './world.ts'

/** Inserts rows, and lets the server know how large the table is by now; resolves when the statistics tell of it. */
async function insert(cluster: Cluster, table: string, rows: number): Promise<void> {
  const sql = `SELECT n_tup_ins::int AS rows FROM pg_stat_user_tables WHERE relname = '${table}'`
  const [seen] = await cluster.query(sql, app)
  await cluster.query(`INSERT INTO ${table} SELECT generate_series(1, ${rows})`, app)
  await cluster.query(`ANALYZE ${table}`, app)
  await untilStatistics(cluster, app, sql, [{ rows: Number(seen?.['rows']) + rows }])
}

describe.each(majors)('PostgreSQL %i', (major) => {
  test('a table that a limit leaves out for a while never counts from zero', async ({ signal }) => {
    await using cluster = await startWatched(major)
    await cluster.query(`CREATE DATABASE ${app}`)
    for (const table of ['small', 'large', 'third']) await cluster.query(`CREATE TABLE ${table} (n int)`, app)
    await insert(cluster, 'small', 3_000)
    await insert(cluster, 'large', 9_000)
    await insert(cluster, 'third', 500)
    const receiver = { limits: { table: 2 }, databases: [app] }
    await using rig = await startRig({ endpoint: cluster, username: monitor, receiver })
    const scrape = async () => {
      const inserted = new Map<unknown, number>()
      for (const { metric, attributes, value } of await rig.scrape(signal)) {
        if (metric !== 'postgresql.operations' || attributes['operation'] !== 'ins') continue
        inserted.set(attributes['db.collection.name'], Number(value))
      }
      return Object.fromEntries(inserted)
    }

    expect(await scrape()).toEqual({})
    await insert(cluster, 'small', 10)
    await insert(cluster, 'third', 7_000)
    // Of the third one nobody knows what it counted before.
    expect(await scrape()).toEqual({})
    await insert(cluster, 'third', 20)
    await insert(cluster, 'large', 30)
    expect(await scrape()).toEqual({ third: 20, large: 30 })
    await insert(cluster, 'small', 20_000)
    // Back, with all that it has counted since it was last seen.
    expect(await scrape()).toEqual({ small: 20_010 })
    await cluster.query('DROP TABLE third', app)
    // Everything fits again.
    expect(await scrape()).toEqual({})
    await insert(cluster, 'small', 40)
    expect(await scrape()).toEqual({ small: 40 })
  })
})
