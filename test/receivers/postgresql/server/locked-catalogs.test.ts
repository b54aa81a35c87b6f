import { describe, expect, test } from 'vitest'
import { endMajors, usePostgres } from '../../../support/postgres.ts'
import { tickingReceiver } from '../support/ticking.ts'

/** Of statements that the server logged: those that failed. */
const marks = /\/\* otelephant [a-z_ ]+ \*\//g

/** Nobody can connect to a database while some of these are locked, and each tick tries. */
const connectTimeoutMs = 1_000

describe.each(endMajors)('PostgreSQL %i, while somebody holds a lock on', (major) => {
  const postgres = usePostgres(major)

  test.each([
    ...['pg_database', 'pg_extension', 'pg_namespace', 'pg_proc', 'pg_class', 'pg_stat_activity'].map((relation) => ({
      relation,
      ticks: 12,
    })),
    { relation: 'pg_authid', ticks: 12 },
  ])(
    '$relation: the server is up at every tick, and its log is left alone',
    async ({ relation, ticks }) => {
      const { cluster } = await postgres()
      await using under = await tickingReceiver(cluster, {}, { connectTimeoutMs })
      await under.ticks(2)
      await using holder = await cluster.connect()
      await holder.query('BEGIN')
      await holder.query(`LOCK TABLE ${relation} IN ACCESS EXCLUSIVE MODE`)
      const from = (await cluster.log()).length
      for (let tick = 0; tick < ticks; tick++) {
        const { values } = await under.tick()
        expect(values('postgresql.up'), `tick ${tick}`).toEqual([1])
        expect(values('postgresql.uptime')).toHaveLength(1)
      }
      // Each statement by itself, once a minute at most, where it would have been asked twice; visits ask once more.
      const tries = Map.groupBy((await cluster.log()).slice(from).match(marks) ?? [], (mark) => mark)
      for (const [mark, all] of tries) expect(all.length, mark).toBeLessThanOrEqual(ticks / 2 + 2)
      await holder.query('ROLLBACK')
      const names = new Set<string>()
      for (let tick = 0; tick < 24; tick++) for (const name of (await under.tick()).names) names.add(name)
      for (const name of [
        'postgresql.commits',
        'postgresql.backends',
        'postgresql.database.count',
        'postgresql.table.count',
      ]) {
        expect(names).toContain(name)
      }
    },
    120_000,
  )
})
