import { describe, expect, test } from 'vitest'
import type { Statement } from '../../../src/receivers/postgresql/compose-text.ts'
import { composePlan, type PlannedQuery, type PlanSettings } from '../../../src/receivers/postgresql/plan.ts'
import type { Session } from '../../../src/receivers/postgresql/session.ts'
import { majors, usePostgres } from '../../support/postgres.ts'
import { never, sessionOf, settingsOf } from './connection.ts'
import { inspect, keepingSink, planOf, runnerOf } from './planning.ts'
import { receiverOf, serverErrors } from './receiver-under-test.ts'
import { tickingReceiver } from './ticking.ts'

async function plannedOn(session: Session, overrides: Partial<PlanSettings> = {}): Promise<readonly PlannedQuery[]> {
  const settings = planOf(overrides)
  const { capabilities } = await inspect(session, settings)
  return (['server', 'database'] as const).flatMap((scope) => composePlan(settings, scope, capabilities).queries)
}

async function explained(session: Session, { text, parameters }: Statement): Promise<string> {
  const values = parameters.map((name) => (name === 'after' ? '0' : '{1,5}'))
  const rows = await session.query('explain', `EXPLAIN (COSTS OFF) ${text}`, values, never)
  return rows.map(([line]) => line).join('\n')
}

/** What one run of a planned query gives: attributes and value of every point, in the order of the rows. */
async function pointsOf(session: Session, query: PlannedQuery) {
  const sink = keepingSink()
  const { observation } = await inspect(session)
  const result = await runnerOf(query).run({ session, observation, databases: [], left: '' }, sink, never)
  const points = sink.batches.flatMap((batch) => batch.points.map(({ series, value }) => [series.key, value] as const))
  return { ...result, points, completes: sink.batches.map(({ reading }) => reading.completes) }
}

describe.each(majors)('on PostgreSQL %i', (major) => {
  const postgres = usePostgres(major)

  test('every planned statement is understood, in slices and not, on a primary and on a standby', async () => {
    const { cluster } = await postgres()
    await using standby = await cluster.standby({ name: `standby_${major}` })
    for (const server of [cluster, standby]) {
      await using session = await sessionOf(settingsOf(server))
      for (const sliceRows of [5, 250]) {
        const queries = await plannedOn(session, { sliceRows })
        expect(queries.length).toBeGreaterThan(major >= 17 ? 23 : 21)
        for (const query of queries) {
          await explained(session, query)
          if (query.slice?.kind === 'keys') await explained(session, query.slice.keys)
        }
      }
    }
  })

  test('joins whose columns nobody asks for are not made', async () => {
    const { cluster } = await postgres()
    await using session = await sessionOf(settingsOf(cluster))
    const plan = async (sql: string) =>
      (await session.query('plan', `EXPLAIN (COSTS OFF) ${sql}`, [], never)).join('\n')
    const [table_io] = (await plannedOn(session)).filter(({ name }) => name === 'table_io')
    const from = table_io?.text.slice(table_io.text.indexOf(' FROM pg_class')) ?? ''
    const whole = await explained(session, table_io ?? expect.fail('no query table_io'))
    expect(whole.match(/Scan.* on pg_index/g)).toHaveLength(2)
    expect(await plan(`SELECT c.oid${from}`)).not.toContain('pg_index')
    const [table_size] = (await plannedOn(session, { sliceRows: 5 })).filter(({ name }) => name === 'table_size')
    const keys = table_size?.slice?.kind === 'keys' ? table_size.slice.keys : expect.fail('no keys are asked for')
    expect(keys.text).toContain('pg_locks')
    expect(await explained(session, keys)).not.toContain('pg_lock')
  })

  test('sizes are asked of the relations inside the limit only', async () => {
    const { cluster, createDatabase } = await postgres()
    const database = await createDatabase()
    await cluster.query(
      'CREATE TABLE small (a int); CREATE TABLE large AS SELECT i FROM generate_series(1, 5000) AS i; ANALYZE',
      database,
    )
    await using session = await sessionOf(settingsOf(cluster), database)
    const [query] = (await plannedOn(session, { limits: { table_size: 1 } })).filter(
      ({ name }) => name === 'table_size',
    )
    const verbose = await session.query('plan', `EXPLAIN (VERBOSE, COSTS OFF) ${query?.text}`, [], never)
    const outputs = verbose.map(([line]) => line ?? '').filter((line) => line.includes('pg_total_relation_size'))
    const limitAt = verbose.findIndex(([line]) => line?.trim() === 'Limit')
    const sortAt = verbose.findIndex(([line]) => line?.includes('Sort'))
    expect([limitAt, outputs.length <= 2, sortAt > 1]).toEqual([0, true, true])
    const afterSort = verbose.slice(sortAt).map(([line]) => line ?? '')
    expect(afterSort.filter((line) => line.includes('pg_total_relation_size'))).toEqual([])
  })

  test('slices of any size give what one statement gives', async () => {
    const { cluster, createDatabase } = await postgres()
    const database = await createDatabase()
    const tables = Array.from({ length: 23 }, (_, i) => `CREATE TABLE t${i} (id int PRIMARY KEY, note text);`)
    await cluster.query(tables.join(''), database)
    await using session = await sessionOf(settingsOf(cluster), database)
    const limits = { table: 100, table_io: 100, table_size: 100, index: 100, index_size: 100 }
    const whole = await plannedOn(session, { limits, sliceRows: 250 })
    for (const query of whole.filter(({ name }) => name in limits)) {
      const expected = await pointsOf(session, query)
      expect(expected.points.length).toBeGreaterThanOrEqual(23)
      const complete = !query.inheritsCounters
      expect(expected).toMatchObject({ limited: false, completes: [complete] })
      for (const sliceRows of [1, 7, 23, 24]) {
        const sliced = (await plannedOn(session, { limits, sliceRows })).find(({ name }) => name === query.name)
        const found = await pointsOf(session, sliced ?? expect.fail('not planned'))
        expect(sliced?.slice?.rows).toBe(sliceRows)
        expect(new Map(found.points)).toEqual(new Map(expected.points))
        expect(found.limited).toBe(false)
        expect(found.completes.at(-1)).toBe(complete)
        expect(found.completes.slice(0, -1)).not.toContain(true)
      }
    }
  })

  test('a limit keeps the largest, in slices too, and what it cut is known as incomplete and told once', async () => {
    const { cluster, createDatabase } = await postgres()
    const database = await createDatabase()
    const tables = Array.from(
      { length: 12 },
      (_, i) => `CREATE TABLE t${i} AS SELECT generate_series(1, ${((i * 7) % 12) * 300}) AS a;`,
    )
    await cluster.query(`${tables.join('')} ANALYZE`, database)
    const largest = await cluster.query(
      "SELECT relname FROM pg_class WHERE relname ~ '^t[0-9]+$' ORDER BY relpages DESC, oid LIMIT 5",
      database,
    )
    await using session = await sessionOf(settingsOf(cluster), database)
    for (const sliceRows of [2, 250]) {
      const [query] = (await plannedOn(session, { limits: { table_size: 5 }, sliceRows })).filter(
        ({ name }) => name === 'table_size',
      )
      const { points, limited, completes } = await pointsOf(session, query ?? expect.fail('not planned'))
      expect([points.length, limited, completes.includes(true)]).toEqual([5, true, false])
    }
    await using under = receiverOf(cluster, { databases: [database], limits: { table_size: 5 } })
    const { attributes } = await under.collect()
    await under.collect()
    expect(new Set(attributes('postgresql.table.size').map((each) => each['db.collection.name']))).toEqual(
      new Set(largest.map(({ relname }) => relname)),
    )
    expect(under.messages('warn')).toEqual([
      'More than `limits: {table_size: N}` allows; only the largest are collected.',
    ])
  })

  test('pg_stat_statements is read at every version there is, in any schema, and re-planned when it changes', async () => {
    const { cluster } = await postgres()
    const from = (await cluster.log()).length
    const metric = 'postgresql.query.execution.time'
    await using under = await tickingReceiver(cluster, { metrics: { [metric]: { enabled: true } } })
    await cluster.query('DROP EXTENSION pg_stat_statements')
    expect((await under.tick()).values(metric)).toEqual([])
    const available = await cluster.query(
      "SELECT version FROM pg_available_extension_versions WHERE name = 'pg_stat_statements' ORDER BY version",
    )
    await cluster.query(
      'CREATE SCHEMA "Odd ""one$databases"; CREATE EXTENSION pg_stat_statements SCHEMA "Odd ""one$databases"',
    )
    expect((await under.tick()).values(metric)).toEqual([])
    const grant = 'GRANT USAGE ON SCHEMA "Odd ""one$databases" TO monitor'
    expect(under.messages('warn').at(-1)).toContain(grant)
    await cluster.query(grant)
    expect((await under.tick()).values(metric)).not.toEqual([])
    await cluster.query('DROP EXTENSION pg_stat_statements')
    for (const { version } of available) {
      await cluster.query(
        `CREATE EXTENSION pg_stat_statements SCHEMA "Odd ""one$databases" VERSION '${String(version)}'`,
      )
      const seconds = (await under.tick()).values(metric)
      expect([version, seconds.length > 0 && seconds.every((value) => value > 0)]).toEqual([version, true])
      await cluster.query('DROP EXTENSION pg_stat_statements')
      expect((await under.tick()).values(metric)).toEqual([])
    }
    expect(available.length).toBeGreaterThan(3)
    await cluster.query("CREATE EXTENSION pg_stat_statements VERSION '1.5'")
    expect((await under.tick()).values(metric)).not.toEqual([])
    await cluster.query('ALTER EXTENSION pg_stat_statements UPDATE')
    expect((await under.tick()).values(metric)).not.toEqual([])
    expect(await serverErrors(cluster, from)).toEqual([])
    expect(under.messages('warn').filter((message) => message.includes('CREATE EXTENSION'))).toHaveLength(1)
  })

  test('a plain role is told the GRANT, once; after it what was missing comes at the next tick', async () => {
    const { cluster } = await postgres()
    await cluster.query('CREATE ROLE plain LOGIN')
    const from = (await cluster.log()).length
    await using under = await tickingReceiver(cluster, { username: 'plain' })
    const before = await under.tick()
    await under.tick()
    expect(before.names).toContain('postgresql.backends')
    expect(before.names).not.toContain('postgresql.connections')
    expect(before.names).not.toContain('postgresql.db_size')
    const [told, ...more] = under.messages('warn')
    expect(more).toEqual([])
    expect(told).toMatch(/^Not collected: .*postgresql\.connections.*: needs the rights of pg_read_all_stats: GRANT /)
    const [statement = ''] = /GRANT [^.]*/.exec(told ?? '') ?? []
    await cluster.query(statement)
    const after = await under.tick()
    expect(after.names).toContain('postgresql.connections')
    expect(after.names).toContain('postgresql.db_size')
    expect(await serverErrors(cluster, from)).toEqual([])
  })
})
