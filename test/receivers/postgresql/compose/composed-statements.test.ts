import { describe, expect, test } from 'vitest'
import { composeQueries } from '../../../../src/receivers/postgresql/compose/compose.ts'
import type { ComposedQuery, ComposeSettings } from '../../../../src/receivers/postgresql/compose/composed-query.ts'
import type { ParameterizedText } from '../../../../src/receivers/postgresql/compose/text.ts'
import type { Connection } from '../../../../src/receivers/postgresql/connection/connection.ts'
import { majors, usePostgres } from '../../../support/postgres.ts'
import { composeSettings, inspect, keepingSink, runnerOf } from '../support/composing.ts'
import { connectionOf, never, settingsOf } from '../support/connecting.ts'
import { serverErrors } from '../support/receiver-under-test.ts'
import { tickingReceiver } from '../support/ticking.ts'

async function plannedOn(
  connection: Connection,
  overrides: Partial<ComposeSettings> = {},
): Promise<readonly ComposedQuery[]> {
  const settings = composeSettings(overrides)
  const { capabilities } = await inspect(connection, settings)
  return (['server', 'database'] as const).flatMap((scope) => composeQueries(settings, scope, capabilities).queries)
}

async function explained(connection: Connection, { text, parameters }: ParameterizedText): Promise<string> {
  const given = { after: '0', rows: '250', databases: '{1,5}' }
  const values = parameters.map((name) => given[name])
  const rows = await connection.query('explain', `EXPLAIN (COSTS OFF) ${text}`, values, never)
  return rows.map(([line]) => line).join('\n')
}

type Given = readonly [key: string, value: unknown]

/** What one run of a planned query gives: every point's series and value, every counter row's key and values. */
async function resultOf(connection: Connection, query: ComposedQuery) {
  const sink = keepingSink()
  const { serverState } = await inspect(connection)
  await runnerOf(query).run({ connection, serverState, databases: [], excluded: '' }, sink, never)
  const rows = sink.batches.flatMap(({ points, counterRows }) => [
    ...points.map(({ series, value }): Given => [series.key, value]),
    ...(counterRows?.rows ?? []).map(({ key, values }): Given => [key, values]),
  ])
  return { rows, completes: sink.batches.map(({ reading }) => reading.completes) }
}

describe.each(majors)('on PostgreSQL %i', (major) => {
  const postgres = usePostgres(major)

  test('every planned statement is understood, in slices and not, on a primary and on a standby', async () => {
    const { cluster } = await postgres()
    await using standby = await cluster.standby({ name: `standby_${major}` })
    for (const server of [cluster, standby]) {
      await using connection = await connectionOf(settingsOf(server))
      for (const sliceRows of [5, 250]) {
        const queries = await plannedOn(connection, { sliceRows })
        expect(queries.length).toBeGreaterThan(major >= 17 ? 23 : 21)
        for (const query of queries) await explained(connection, query)
      }
    }
  })

  test('joins whose columns nobody asks for are not made', async () => {
    const { cluster } = await postgres()
    await using connection = await connectionOf(settingsOf(cluster))
    const queries = await plannedOn(connection)
    for (const [name, joined] of [
      ['table_io', /Scan.* on pg_index/g],
      ['table_size', /pg_lock/g],
    ] as const) {
      const query = queries.find((one) => one.name === name) ?? expect.fail(`no query ${name}`)
      const columns = query.text.slice(
        query.text.indexOf('LATERAL (SELECT '),
        query.text.indexOf(' FROM pg_namespace AS n'),
      )
      expect((await explained(connection, query)).match(joined)?.length).toBeGreaterThanOrEqual(
        name === 'table_io' ? 2 : 1,
      )
      const unasked = query.text.replace(columns, 'LATERAL (SELECT true AS "found$"')
      expect(await explained(connection, { ...query, text: unasked })).not.toMatch(joined)
    }
  })

  test('sizes are asked of the rows of one slice only', async () => {
    const { cluster, createDatabase } = await postgres()
    const database = await createDatabase()
    await cluster.query(
      'CREATE TABLE small (a int); CREATE TABLE large AS SELECT i FROM generate_series(1, 5000) AS i; ANALYZE',
      database,
    )
    await using connection = await connectionOf(settingsOf(cluster), database)
    const query = (await plannedOn(connection, { sliceRows: 1 })).find(({ name }) => name === 'table_size')
    const explain = `EXPLAIN (ANALYZE, VERBOSE, COSTS OFF, TIMING OFF) ${query?.text}`
    const [before] = await cluster.query("SELECT 'small'::regclass::oid::int8 - 1 AS oid", database)
    const plan = (await connection.query('plan', explain, [before?.['oid'], '1'], never))
      .map(([line]) => line)
      .join('\n')
    const asking = [...plan.matchAll(/rows=([\d.]+) loops=(\d+)\)\n *Output: .*pg_total_relation_size/g)]
    expect(asking).not.toEqual([])
    for (const [, rows, loops] of asking) expect(Number(rows) * Number(loops)).toBe(1)
  })

  test('slices of any size give what one statement gives', async () => {
    const { cluster, createDatabase } = await postgres()
    const database = await createDatabase()
    const tables = Array.from({ length: 23 }, (_, i) => `CREATE TABLE t${i} (id int PRIMARY KEY, note text);`)
    await cluster.query(tables.join(''), database)
    await using connection = await connectionOf(settingsOf(cluster), database)
    const sliced = new Set(['table', 'table_io', 'table_size', 'index', 'index_size'])
    const whole = await plannedOn(connection, { sliceRows: 250 })
    for (const query of whole.filter(({ name }) => sliced.has(name))) {
      const expected = await resultOf(connection, query)
      expect(expected.rows.length).toBeGreaterThanOrEqual(23)
      expect(expected.completes).toEqual([!query.inheritsCounters])
      for (const sliceRows of [1, 7, 23, 24]) {
        const same = (await plannedOn(connection, { sliceRows })).find(({ name }) => name === query.name)
        expect(same?.slice?.rows).toBe(sliceRows)
        const found = await resultOf(connection, same ?? expect.fail('not planned'))
        expect(new Map(found.rows)).toEqual(new Map(expected.rows))
        // Counter rows come whole, whatever they were read in.
        expect(found.completes).toEqual(expected.completes)
      }
    }
  })

  test('pg_stat_statements is read at every version there is, in any schema, and re-planned when it changes', async () => {
    const { cluster } = await postgres()
    const from = (await cluster.log()).length
    const metric = 'postgresql.query.execution.time'
    await using under = await tickingReceiver(cluster, {
      intervals: { statement: '30s' },
      metrics: { [metric]: { enabled: true } },
    })
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
    expect(under.messages('warn').some((message) => message.includes(grant))).toBe(true)
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
    const told = under.messages('warn').filter((message) => message.includes('postgresql.connections'))
    expect(told).toHaveLength(1)
    expect(told[0]).toMatch(/^Not collected: .*: needs the rights of pg_read_all_stats: GRANT /)
    expect(new Set(under.messages('warn')).size).toBe(under.messages('warn').length)
    const [statement = ''] = /GRANT [^.]*/.exec(told[0] ?? '') ?? []
    await cluster.query(statement)
    const after = await under.tick()
    expect(after.names).toContain('postgresql.connections')
    expect(after.names).toContain('postgresql.db_size')
    expect(await serverErrors(cluster, from)).toEqual([])
  })
})
