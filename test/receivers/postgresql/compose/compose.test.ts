import { describe, expect, test } from 'vitest'
import type { QueryDefinition } from '../../../../src/metadata/query.ts'
import { composeQueries } from '../../../../src/receivers/postgresql/compose/compose.ts'
import type { ComposedQuery } from '../../../../src/receivers/postgresql/compose/composed-query.ts'
import type { Capabilities, Extension } from '../../../../src/receivers/postgresql/server/capabilities.ts'
import { capabilitiesOf, composeSettings, metricOf, queryOf } from '../support/composing.ts'

/** The planned queries of both scopes, for just these metrics. */
function planned(metrics: readonly string[], capabilities: Partial<Capabilities> = {}) {
  const settings = composeSettings({ enabled: new Set(metrics) })
  const plans = (['server', 'database'] as const).map((scope) =>
    composeQueries(settings, scope, capabilitiesOf(capabilities)),
  )
  return {
    queries: plans.flatMap(({ queries }) => queries),
    omissions: plans.flatMap(({ omissions }) => omissions),
  }
}

const columns = ({ columns }: ComposedQuery) => columns.map(({ name }) => name)

const statements = (version: readonly number[], has: readonly string[] = []): ReadonlyMap<string, Extension> =>
  new Map([
    [
      'pg_stat_statements',
      { version, schema: 'public', reachable: true, loaded: true, updatable: true, columns: new Set(has) },
    ],
  ])

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
    [[1, 4], ['total_time'], 's.total_time / 1000', undefined],
    [[1, 8], ['total_exec_time'], 's.total_exec_time / 1000', undefined],
    [[1, 9], ['total_exec_time', 'toplevel'], 's.total_exec_time / 1000', 'i.stats_reset'],
    [[1, 12], ['total_exec_time', 'toplevel', 'stats_since'], 's.total_exec_time / 1000', 's.stats_since'],
  ])('at version %j is read by the columns that it really has', (version, has, sql, reset) => {
    const { queries } = planned([metric], { extensions: statements(version, has) })
    const tokens = /[is]\.stats_\w+/
    expect(queries.map(({ text }) => [text.includes(sql), tokens.exec(text)?.[0]])).toEqual([[true, reset]])
    expect(queries[0]?.text).toContain('public.pg_stat_statements(false)')
  })

  test('is asked for where it is missing', () => {
    expect(planned([metric]).omissions).toEqual([
      {
        metric,
        query: 'statement',
        ordinary: false,
        isLocal: true,
        reason: expect.stringContaining('CREATE EXTENSION pg_stat_statements'),
      },
    ])
  })

  test('is found in a schema whose name needs quotes', () => {
    const extensions = new Map([
      [
        'pg_stat_statements',
        {
          version: [1, 9],
          schema: '"My $databases"',
          reachable: true,
          loaded: true,
          updatable: true,
          columns: new Set(['total_time']),
        },
      ],
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
    const settings = composeSettings({ queries: [query], metrics, enabled: new Set(enabled) })
    return composeQueries(settings, 'server', capabilitiesOf()).queries[0]?.text
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

test('a query with a slice goes on after the last key', () => {
  const query = queryOf('tables', {
    slice: { from: 'pg_class AS c', alias: 'c', where: "c.relkind = 'r'", key: 'c.oid' },
    identity: ['oid'],
    columns: { oid: { sql: 'c.oid', type: 'string' }, pages: { sql: 'c.relpages', type: 'int' } },
  })
  const metrics = [metricOf('pages', { query: 'tables', points: [{ value: 'pages', attributes: {} }] })]
  const sliced =
    "(SELECT c.* FROM pg_class AS c WHERE (c.relkind = 'r') AND c.oid > $1::oid ORDER BY c.oid " +
    'LIMIT (SELECT $2::int8)) AS c'
  const composed = (given: QueryDefinition) =>
    composeQueries(composeSettings({ queries: [given], metrics }), 'server', capabilitiesOf()).queries[0]
  expect(composed(query)).toMatchObject({
    text: `SELECT /* otelephant tables */ c.oid AS "oid", c.relpages AS "pages", c.oid AS "slice$" FROM ${sliced} ORDER BY c.oid`,
    parameters: ['after', 'rows'],
    slice: { rows: 300, key: 2 },
  })
  const lookup = { from: 'pg_namespace AS n', where: 'n.oid = c.relnamespace' }
  expect(composed({ ...query, ...lookup, reset: { sql: 'n.since', exact: false } })).toMatchObject({
    text:
      `SELECT /* otelephant tables */ "row$".*, c.oid AS "slice$" FROM ${sliced} LEFT JOIN LATERAL ` +
      '(SELECT c.oid AS "oid", c.relpages AS "pages", n.since AS "reset$", true AS "found$" ' +
      'FROM pg_namespace AS n WHERE n.oid = c.relnamespace OFFSET 0) AS "row$" ON true ORDER BY c.oid',
    slice: { rows: 300, found: 3, key: 4 },
    reset: { column: 2 },
  })
})

describe('a query with top rows', () => {
  const query = queryOf('tables', {
    from: 'pg_class AS c',
    identity: ['oid'],
    top: { rows: 40, by: ['inserted', 'size'], others: ['relation'], set: 'relations' },
    readByCode: ['kind', 'vacuumed'],
    fallsWhenReset: true,
    columns: {
      oid: { sql: 'c.oid', type: 'string' },
      relation: { sql: 'c.relname', type: 'string' },
      inserted: { sql: 'ins(c.oid)', type: 'int' },
      updated: { sql: 'upd(c.oid)', type: 'int' },
      size: { sql: 'c.size', type: 'int' },
      kind: { sql: 'c.relkind', type: 'string' },
      vacuumed: { sql: 'c.vacuumed', type: 'int', requires: { server: { text: '>=19', atLeast: [19] } } },
      share: { computed: ['inserted', 'updated'], type: 'double' },
      busy: { computed: ['updated'], type: 'bool' },
    },
  })
  const counter = { kind: 'sum', monotonic: true } as const
  const of = (value: string, when?: string) => ({
    query: 'tables',
    attributes: { relation: 'relation' },
    points: [{ value, attributes: {}, ...(when === undefined ? {} : { when }) }],
  })
  const metrics = [
    metricOf('inserted', of('inserted'), counter),
    metricOf('updated', of('updated'), counter),
    metricOf('busy', of('updated', 'busy'), counter),
    { ...metricOf('size', of('size')), others: 'max' as const },
    metricOf('share', of('share')),
  ]
  const plan = (enabled: readonly string[], overrides: Parameters<typeof composeSettings>[0] = {}) => {
    const settings = composeSettings({ queries: [query], metrics, enabled: new Set(enabled), ...overrides })
    const [planned] = composeQueries(settings, 'server', capabilitiesOf()).queries
    return planned ?? expect.fail('nothing composed')
  }

  test.each([
    [
      'ranks by what is asked for anyway',
      ['size', 'updated'],
      ['oid', 'relation', 'updated', 'size', 'kind'],
      ['size'],
    ],
    [
      'asks for all that ranks the rows where nothing of it is asked for anyway',
      ['updated'],
      ['oid', 'relation', 'inserted', 'updated', 'size', 'kind'],
      ['inserted', 'size'],
    ],
    [
      'asks for what computed columns are made of',
      ['share'],
      ['oid', 'relation', 'inserted', 'updated', 'kind'],
      ['inserted'],
    ],
  ])('%s', (_, enabled, asked, by) => {
    const planned = plan(enabled)
    expect(columns(planned)).toEqual(asked)
    expect(planned.top?.by.map((at) => asked[at])).toEqual(by)
    expect(planned.text).not.toContain('vacuumed')
  })

  test('computed columns are never in the SQL, and come after what is', () => {
    const planned = plan(['share', 'busy'])
    expect(planned.computed).toEqual([
      { name: 'share', type: 'double' },
      { name: 'busy', type: 'bool' },
    ])
    const last = planned.columns.length
    expect(planned.points.map(({ value, when }) => [value, when])).toEqual([
      [columns(planned).indexOf('updated'), last + 1],
      [last, undefined],
    ])
    expect(planned.text).not.toMatch(/share|busy/)
  })

  test('knows what only grows, whatever is enabled, what tells rows apart, and how gauges become one', () => {
    const planned = plan(['updated', 'size'])
    const asked = columns(planned)
    expect(planned.top).toEqual({
      rows: 40,
      by: [asked.indexOf('size')],
      counters: [asked.indexOf('updated')],
      others: [asked.indexOf('relation')],
      set: 'relations',
    })
    expect(plan(['size', 'inserted']).top?.counters).toEqual([columns(plan(['size', 'inserted'])).indexOf('inserted')])
    expect(planned.points.map(({ others }) => others)).toEqual([undefined, 'max'])
    expect(planned.fallsWhenReset).toBe(true)
  })

  test('keeps as many rows as the configuration says, and asks the same for it', () => {
    const few = plan(['updated'], { limits: { tables: 3 } })
    expect(few.top?.rows).toBe(3)
    expect([few.text, few.digest]).toEqual([plan(['updated']).text, plan(['updated']).digest])
  })

  test('keeps as many rows as any other query of its set is given', () => {
    const sibling = { ...query, name: 'sizes' }
    const other = queryOf('others', {
      ...query,
      name: 'others',
      top: { rows: 40, by: ['size'], others: ['relation'] },
    })
    const rows = (limits: Record<string, number>) =>
      plan(['updated'], { queries: [query, sibling, other], limits }).top?.rows
    expect([rows({ sizes: 3 }), rows({ sizes: 3, tables: 7 }), rows({ others: 3 })]).toEqual([3, 7, 40])
  })

  test('what code reads besides is asked for though no metric is enabled', () => {
    const planned = plan([], { extra: { tables: { event: 'db.server.top_query', columns: ['size', 'vacuumed'] } } })
    expect(columns(planned)).toEqual(['oid', 'inserted', 'size', 'kind'])
    expect(planned.points).toEqual([])
  })
})

test('intervals: the one configured, else the own of the query, never under the collection interval', () => {
  const intervals = (overrides: Parameters<typeof composeSettings>[0]) =>
    Object.fromEntries(
      composeQueries(composeSettings(overrides), 'database', capabilitiesOf()).queries.map(({ name, intervalMs }) => [
        name,
        intervalMs,
      ]),
    )
  expect(intervals({ intervals: { table: 60_000 } })).toMatchObject({ table: 60_000, index: 300_000, lock: 30_000 })
  expect(intervals({ collectionIntervalMs: 900_000 })).toMatchObject({ index: 900_000 })
})

test('the digest changes with what decides the series of a result, and with nothing else', () => {
  const digest = (metrics: readonly string[], overrides: Parameters<typeof composeSettings>[0] = {}) =>
    composeQueries(composeSettings({ enabled: new Set(metrics), ...overrides }), 'database', capabilitiesOf())
      .queries[0]?.digest
  const rows = ['postgresql.rows']
  expect(digest(rows)).toBe(digest(rows, { intervals: { table: 60_000 } }))
  // All rows are in the result, however many have series of their own.
  expect(digest(rows)).toBe(digest(rows, { limits: { table: 7 } }))
  expect(digest(rows)).not.toBe(digest([...rows, 'postgresql.operations']))
})
