import { describe, expect, test } from 'vitest'
import type { Capabilities, Extension } from '../../../src/receivers/postgresql/capabilities.ts'
import { composePlan, type PlannedQuery } from '../../../src/receivers/postgresql/plan.ts'
import { capabilitiesOf, metricOf, planOf, queryOf } from './planning.ts'

/** The planned queries of both scopes, for just these metrics. */
function planned(metrics: readonly string[], capabilities: Partial<Capabilities> = {}) {
  const settings = planOf({ enabled: new Set(metrics) })
  const plans = (['server', 'database'] as const).map((scope) =>
    composePlan(settings, scope, capabilitiesOf(capabilities)),
  )
  return {
    queries: plans.flatMap(({ queries }) => queries),
    omissions: plans.flatMap(({ omissions }) => omissions),
  }
}

const columns = ({ columns }: PlannedQuery) => columns.map(({ name }) => name)

const statements = (version: readonly number[], has: readonly string[] = []): ReadonlyMap<string, Extension> =>
  new Map([['pg_stat_statements', { version, schema: 'public', reachable: true, columns: new Set(has) }]])

test('only columns of enabled metrics are asked for, and only queries that have some', () => {
  const { queries } = planned(['postgresql.commits', 'postgresql.deadlocks'])
  expect(queries.map((query) => [query.name, columns(query)])).toEqual([
    ['database', ['oid', 'database', 'commits', 'deadlocks']],
  ])
  expect(queries[0]?.text).not.toContain('tup_')
  expect(planned([]).queries).toEqual([])
})

test.each([
  [13, ['bgwriter: clean backend backend_fsync checkpoint']],
  [16, ['bgwriter: clean backend backend_fsync checkpoint']],
  [17, ['bgwriter: clean', 'checkpointer: written', 'io: backend_fsync backend']],
  [18, ['bgwriter: clean', 'checkpointer: written', 'io: backend_fsync backend']],
])('on %i buffer writes come from where that version has them', (server, expected) => {
  const { queries, omissions } = planned(['postgresql.bgwriter.buffers.writes'], { server: [server] })
  expect(queries.map((query) => `${query.name}: ${columns(query).join(' ')}`)).toEqual(expected)
  expect(omissions.filter(({ ordinary }) => !ordinary)).toEqual([])
  const io = queries.find(({ name }) => name === 'io')
  if (server >= 17) expect(io?.text.includes('write_bytes')).toBe(server >= 18)
})

test('on a standby, positions are those that it has received', () => {
  for (const [role, found] of [
    ['primary', 'pg_current_wal_lsn'],
    ['standby', 'pg_last_wal_receive_lsn'],
  ] as const) {
    const { queries } = planned(['postgresql.replication.data_delay', 'postgresql.replication_slot.retained_wal'], {
      role,
    })
    expect(queries.map(({ text }) => text.includes(found))).toEqual([true, true])
  }
})

describe('pg_stat_statements', () => {
  const metric = 'postgresql.query.execution.time'

  test.each([
    [[1, 4], ['total_time'], 'sum(s.total_time)', false],
    [[1, 8], ['total_exec_time'], 'sum(s.total_exec_time)', false],
    [[1, 9], ['total_exec_time'], 'sum(s.total_exec_time)', true],
    [[1, 12], ['total_exec_time'], 'sum(s.total_exec_time)', true],
  ])('at version %j is read by the columns that it really has', (version, has, sql, reset) => {
    const { queries } = planned([metric], { extensions: statements(version, has) })
    expect(queries.map(({ text }) => [text.includes(sql), text.includes('stats_reset')])).toEqual([[true, reset]])
    expect(queries[0]?.text).toContain('public.pg_stat_statements(false)')
  })

  test('is asked for where it is missing', () => {
    expect(planned([metric]).omissions).toEqual([
      {
        metric,
        query: 'statements',
        ordinary: false,
        reason: expect.stringContaining('CREATE EXTENSION pg_stat_statements'),
      },
    ])
  })

  test('is found in a schema whose name needs quotes', () => {
    const extensions = new Map([
      ['pg_stat_statements', { version: [1, 9], schema: '"My $databases"', reachable: true, columns: new Set('') }],
    ])
    expect(planned([metric], { extensions }).queries[0]?.text).toContain('"My $databases".pg_stat_statements(false)')
  })
})

test('what a grant would give is left out alone, with the GRANT for a role of any name', () => {
  const { queries, omissions } = planned(['postgresql.backends', 'postgresql.connections', 'postgresql.db_size'], {
    privileges: new Map(),
    userName: 'My Monitor',
  })
  expect(queries.map((query) => `${query.name}: ${columns(query).join(' ')}`)).toEqual([
    'activity: oid database backends',
  ])
  expect(new Set(omissions.map(({ metric }) => metric))).toEqual(
    new Set(['postgresql.connections', 'postgresql.db_size']),
  )
  for (const { ordinary, reason } of omissions) {
    expect([ordinary, reason]).toEqual([
      false,
      'needs the rights of pg_read_all_stats: GRANT pg_read_all_stats TO "My Monitor"',
    ])
  }
})

test('a key that no enabled metric shows is neither grouped by nor asked for', () => {
  const query = queryOf('locks', {
    from: 'pg_locks AS l',
    identity: ['mode', 'type'],
    groupBy: ['mode', 'type'],
    columns: {
      mode: { sql: 'l.mode', type: 'string' },
      type: { sql: 'l.locktype', type: 'string' },
      locks: { sql: 'count(*)', type: 'int' },
    },
  })
  const metrics = [
    metricOf('by_both', {
      query: 'locks',
      attributes: { mode: 'mode', type: 'type' },
      points: [{ value: 'locks', attributes: {} }],
    }),
    metricOf('by_type', { query: 'locks', attributes: { type: 'type' }, points: [{ value: 'locks', attributes: {} }] }),
    metricOf('all', { query: 'locks', points: [{ value: 'locks', attributes: {} }] }),
  ]
  const text = (...enabled: string[]) => {
    const settings = planOf({ queries: [query], metrics, enabled: new Set(enabled) })
    return composePlan(settings, 'server', capabilitiesOf()).queries[0]?.text
  }
  const head = 'SELECT /* otelephant locks */'
  expect(text('by_both', 'all')).toBe(
    `${head} l.mode AS "mode", l.locktype AS "type", count(*) AS "locks" FROM pg_locks AS l GROUP BY l.mode, l.locktype`,
  )
  expect(text('by_type')).toBe(
    `${head} l.locktype AS "type", count(*) AS "locks" FROM pg_locks AS l GROUP BY l.locktype`,
  )
  expect(text('all')).toBe(`${head} count(*) AS "locks" FROM pg_locks AS l`)
})

describe('a query with a limit and a slice', () => {
  const query = queryOf('tables', {
    from: 'pg_class AS c',
    where: "c.relkind = 'r'",
    identity: ['oid'],
    slice: 'c.oid',
    limit: { rows: 100, orderBy: 'c.relpages DESC, c.oid' },
    columns: { oid: { sql: 'c.oid', type: 'string' }, pages: { sql: 'c.relpages', type: 'int' } },
  })
  const metrics = [metricOf('pages', { query: 'tables', points: [{ value: 'pages', attributes: {} }] })]
  const plan = (limits: Record<string, number>) =>
    composePlan(planOf({ queries: [query], metrics, limits }), 'server', capabilitiesOf()).queries[0]
  const head = 'SELECT /* otelephant tables */ c.oid AS "oid", c.relpages AS "pages"'

  test('asks for one row more than a small limit, to know whether it cut', () => {
    expect(plan({})).toMatchObject({
      text: `${head} FROM pg_class AS c WHERE c.relkind = 'r' ORDER BY c.relpages DESC, c.oid LIMIT 101`,
      limitRows: 100,
    })
    expect(plan({})?.slice).toBeUndefined()
  })

  test('asks for the keys first when the limit is larger than a slice, then for their rows in slices', () => {
    const keys =
      "SELECT /* otelephant tables */ array_to_string(ARRAY(SELECT c.oid FROM pg_class AS c WHERE c.relkind = 'r' " +
      "ORDER BY c.relpages DESC, c.oid LIMIT 1001), ',')"
    expect(plan({ tables: 1_000 })).toMatchObject({
      text: `${head} FROM pg_class AS c WHERE (c.relkind = 'r') AND (c.oid = ANY ($1::oid[]))`,
      parameters: ['keys'],
      slice: { kind: 'keys', rows: 250, keys: { text: keys, parameters: [] } },
      limitRows: 1_000,
    })
  })
})

test('intervals: the one configured, else the own of the query, never under the collection interval', () => {
  const intervals = (overrides: Parameters<typeof planOf>[0]) =>
    Object.fromEntries(
      composePlan(planOf(overrides), 'database', capabilitiesOf()).queries.map(({ name, intervalMs }) => [
        name,
        intervalMs,
      ]),
    )
  expect(intervals({ intervals: { table: 60_000 } })).toMatchObject({ table: 60_000, index: 300_000, lock: 30_000 })
  expect(intervals({ collectionIntervalMs: 900_000 })).toMatchObject({ index: 900_000 })
})

test('the digest changes with what decides the series of a result, and with nothing else', () => {
  const digest = (limits: Record<string, number>, metrics: readonly string[], intervals = {}) =>
    composePlan(planOf({ limits, intervals, enabled: new Set(metrics) }), 'database', capabilitiesOf()).queries[0]
      ?.digest
  const rows = ['postgresql.rows']
  expect(digest({}, rows)).toBe(digest({}, rows, { table: 60_000 }))
  expect(digest({}, rows)).not.toBe(digest({ table: 7 }, rows))
  expect(digest({}, rows)).not.toBe(digest({}, [...rows, 'postgresql.operations']))
})
