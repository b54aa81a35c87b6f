import { describe, expect, test } from 'vitest'
import type { Cluster } from '../../../../src/demo/embedded-postgres/cluster.ts'
import type { Connection } from '../../../../src/demo/embedded-postgres/connect.ts'
import { majors, usePostgres } from '../../../support/postgres.ts'
import { planted, spyFunctions } from './planted-code.ts'
import { readingPlans } from './reading-plans.ts'

/** A database in which `app` has planted everything, and `monitor` may read and write what `app` owns. */
async function plantedDatabase(cluster: Cluster, database: string): Promise<void> {
  const mine = planted.filter(({ since = 0 }) => cluster.major >= since)
  await cluster.query(
    `CREATE SCHEMA app; CREATE SCHEMA app_hidden; CREATE TABLE app.t (a int, b text); ${spyFunctions}
      CREATE VIEW app_hidden.v AS SELECT app.spy_stable(1) AS a`,
    database,
  )
  // The domain goes first: a view casts to it by its name in a text.
  for (const { sql } of mine.toSorted((left) => (left.kind === 'a domain check' ? -1 : 0))) {
    if (sql !== '') await cluster.query(sql, database)
  }
  await cluster.query(
    `GRANT USAGE ON SCHEMA app, app_hidden TO monitor;
      GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA app, app_hidden TO monitor;
      INSERT INTO app.t SELECT i, i FROM generate_series(1, 500) AS i; ANALYZE app.t`,
    database,
  )
}

/** How often the planted functions have been called. */
async function calls(cluster: Cluster, database: string): Promise<number> {
  const [row] = await cluster.query(
    `SELECT pg_stat_reset_single_function_counters(0), coalesce(sum(calls), 0)::int AS calls FROM pg_stat_user_functions`,
    database,
  )
  return Number(row?.['calls'])
}

async function explainPlainly(client: Connection, statement: string): Promise<void> {
  await client.query(`BEGIN; SET LOCAL search_path = app; PREPARE x AS ${statement}`)
  const nulls = statement.includes('$1') ? '(NULL)' : ''
  await client.query(`SET LOCAL plan_cache_mode = force_generic_plan; EXPLAIN EXECUTE x${nulls}`)
  await client.query('ROLLBACK; DEALLOCATE ALL')
}

describe.each(majors)('on PostgreSQL %i', (major) => {
  const settings = { track_functions: 'all', shared_preload_libraries: 'pg_stat_statements' }
  const postgres = usePostgres(major, { settings })
  const mine = planted.filter(({ since = 0 }) => major >= since)

  test('functions that a plain EXPLAIN runs are not run by ours, whatever leads to them', async () => {
    const { cluster, database } = await postgres()
    await cluster.query('CREATE ROLE app; ALTER ROLE app SET search_path = app, public')
    await plantedDatabase(cluster, database)
    const ran: string[] = []
    for (const { kind, statement } of mine) {
      const before = await calls(cluster, database)
      {
        await using client = await cluster.connect(database, 'monitor')
        await explainPlainly(client, statement)
      }
      if ((await calls(cluster, database)) > before) ran.push(kind)
    }
    expect(ran).toEqual(mine.filter(({ runs }) => runs).map(({ kind }) => kind))
    const before = await calls(cluster, database)
    const reading = readingPlans(cluster, { database })
    const outcomes = await reading.readAll(mine.map(({ statement }) => statement))
    expect(mine.map(({ kind }, index) => [kind, outcomes[index]])).toEqual([])
    expect(await calls(cluster, database)).toBe(before)
  })
})
