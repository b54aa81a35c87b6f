import { describe, expect, test } from 'vitest'
import type { EntityInfo } from '../../src/pdata/entity.ts'
import type { Origin, SeriesFactorySettings } from '../../src/pdata/series-factory.ts'
import type { ComposedQuery } from '../../src/receivers/postgresql/compose/composed-query.ts'
import type { Row } from '../../src/rows/decode.ts'
import { RowPoints } from '../../src/rows/row-points.ts'
import type { RowPoint } from '../../src/rows/row-query.ts'
import { metricOf } from '../receivers/postgresql/support/composing.ts'
import { factoryOf } from '../support/series-factory.ts'

const table: EntityInfo = {
  type: 'postgresql.table',
  parts: ['database', 'schema', 'relation'],
  attributes: [
    { name: 'db.namespace', value: '{database}|{schema}', vocabulary: 'semconv' },
    { name: 'postgresql.table.name', value: '{schema}.{relation}', vocabulary: 'legacy' },
  ],
}

function pointOf(name: string, value: number, overrides: Partial<RowPoint> = {}): RowPoint {
  const { info } = metricOf(name, { query: 'table', points: [] }, { kind: 'sum', monotonic: true })
  return {
    info,
    entity: table,
    value,
    parts: [
      ['database', 'database'],
      ['schema', 1],
      ['relation', 2],
    ],
    attributes: [],
    constants: {},
    id: name,
    ...overrides,
  }
}

/** Rows of oid, schema, relation, inserted, updated. */
function rowPoints(
  overrides: Partial<ComposedQuery> = {},
  settings: Partial<SeriesFactorySettings> & { readonly origin?: Origin } = {},
) {
  const points = overrides.points ?? [
    pointOf('operations', 3, { constants: { operation: 'ins' }, id: 'ins' }),
    pointOf('operations', 4, { constants: { operation: 'upd' }, id: 'upd' }),
  ]
  const query: ComposedQuery = {
    name: 'table',
    text: '',
    parameters: [],
    intervalMs: 30_000,
    takesLocks: false,
    inheritsCounters: false,
    columns: [],
    computed: [],
    fallsWhenReset: false,
    identity: [0],
    points,
    digest: 'd',
    ...overrides,
  }
  const made = new RowPoints({
    query,
    factory: factoryOf(settings),
    origin: settings.origin ?? { oid: '16384', name: 'shop' },
  })
  return {
    /** One result. */
    result: (...rows: Row[]) => {
      const points = made.points(
        rows,
        rows.map(() => undefined),
      )
      made.completed()
      return points
    },
    made,
  }
}

test('one point a row and value, named by the entity, the attributes and the constants', () => {
  const points = rowPoints().result(['7', 'public', 'orders', 11, 13])
  expect(points.map(({ series, value }) => [series.metric.name, series.attributes, value])).toEqual([
    ['operations', { 'db.namespace': 'shop|public', 'postgresql.table.name': 'public.orders', operation: 'ins' }, 11],
    ['operations', { 'db.namespace': 'shop|public', 'postgresql.table.name': 'public.orders', operation: 'upd' }, 13],
  ])
})

test('NULL records nothing: not measured is not zero', () => {
  const { result } = rowPoints()
  expect(result(['7', 'public', 'orders', null, 0]).map(({ value }) => value)).toEqual([0])
})

test('NULL leaves an attribute off, and is told from the text "null"', () => {
  const { result } = rowPoints({ points: [pointOf('locks', 3, { parts: [], attributes: [['relation', 2]] })] })
  expect(result(['7', '', null, 1]).map(({ series }) => series.attributes)).toEqual([{}])
  expect(result(['7', '', 'null', 1]).map(({ series }) => series.attributes)).toEqual([{ relation: 'null' }])
})

test('a series is one object from result to result', () => {
  const { result } = rowPoints()
  const rows: Row[] = [
    ['7', 'public', 'orders', 11, 13],
    ['8', 'public', 'items', 17, 19],
  ]
  const first = result(...rows).map(({ series }) => series)
  const second = result(...rows.toReversed()).map(({ series }) => series)
  expect(new Set(second)).toEqual(new Set(first))
  expect(second.every((series) => first.includes(series))).toBe(true)
  expect(new Set(first.map(({ key }) => key)).size).toBe(4)
})

test("what the points of a row show alike is one object, and what is a metric's own is one for all rows", () => {
  const { result } = rowPoints()
  const [ins, upd, other] = result(['16400', 'public', 'orders', 12, 34], ['16401', 'public', 'customers', 56, 78]).map(
    ({ series }) => series,
  )
  expect(ins?.parts?.shared).toEqual({ 'db.namespace': 'shop|public', 'postgresql.table.name': 'public.orders' })
  expect(ins?.parts?.own).toEqual({ operation: 'ins' })
  expect(upd?.parts?.shared).toBe(ins?.parts?.shared)
  expect(other?.parts?.own).toBe(ins?.parts?.own)
  expect({ ...ins?.parts?.shared, ...ins?.parts?.own }).toEqual(ins?.attributes)
})

test('an attribute that a constant replaces stands in no two parts', () => {
  const replaced = pointOf('operations', 3, { constants: { 'db.namespace': 'all' } })
  const { result } = rowPoints({ points: [replaced, pointOf('operations', 4, { id: 'plain' })] })
  const [one, plain] = result(['16400', 'public', 'orders', 12, 34]).map(({ series }) => series)
  expect(one).not.toHaveProperty('parts')
  expect(one?.attributes).toEqual({ 'db.namespace': 'all', 'postgresql.table.name': 'public.orders' })
  expect(plain).not.toHaveProperty('parts')
})

test('a rename changes the labels and keeps the keys; another relation of the same name has other keys', () => {
  const { result } = rowPoints()
  const [before] = result(['7', 'public', 'orders', 11, 13])
  const [renamed] = result(['7', 'public', 'sales', 11, 13])
  const [successor] = result(['9', 'public', 'orders', 11, 13])
  expect(renamed?.series.key).toBe(before?.series.key)
  expect(renamed?.series.attributes['postgresql.table.name']).toBe('public.sales')
  expect(successor?.series.key).not.toBe(before?.series.key)
})

test('keys are of the endpoint and the oid of the database, not of its name or the vocabulary', () => {
  const row: Row = ['7', 'public', 'orders', 11, 13]
  const key = (settings: Parameters<typeof rowPoints>[1]) => rowPoints({}, settings).result(row)[0]?.series.key
  expect(key({ origin: { oid: '16384', name: 'renamed' }, vocabulary: 'legacy' })).toBe(key({}))
  expect(key({ origin: { oid: '16385', name: 'shop' } })).not.toBe(key({}))
  expect(key({ endpoint: 'other.example.com:5432' })).not.toBe(key({}))
})

test('a row that is absent from two results is forgotten, one that comes back before is not', () => {
  const { result } = rowPoints()
  const row: Row = ['7', 'public', 'orders', 11, 13]
  const [first] = result(row)
  result()
  expect(result(row)[0]?.series).toBe(first?.series)
  result()
  result()
  expect(result(row)[0]?.series).not.toBe(first?.series)
  expect(result(row)[0]?.series.key).toBe(first?.series.key)
})

test('results that fail midway forget no row', () => {
  const { made, result } = rowPoints()
  const row: Row = ['7', 'public', 'orders', 11, 13]
  const [first] = result(row)
  for (let failed = 0; failed < 3; failed++) made.points([['9', 'public', 'sales', 11, 13]], [undefined])
  expect(result(row)[0]?.series).toBe(first?.series)
})

describe('two rows of one series', () => {
  const rows: Row[] = [
    ['7', 'public', 'orders', 11, 2n ** 60n],
    ['7', 'public', 'orders', 5, 3],
    ['7', 'public', 'orders', null, 4],
  ]
  test.each([
    ['sum', [16, 2n ** 60n + 7n]],
    ['max', [11, 2n ** 60n]],
  ] as const)('are one point: their %s', (onDuplicate, expected) => {
    expect(
      rowPoints({ onDuplicate })
        .result(...rows)
        .map(({ value }) => value),
    ).toEqual(expected)
  })
})

test('only counters carry the reset token', () => {
  const gauge = metricOf('rows', { query: 'table', points: [] }).info
  const { made } = rowPoints({ points: [pointOf('operations', 3), pointOf('rows', 4, { info: gauge })] })
  const token = { text: '2026-01-02 03:04:05+00', timeMs: 1, exact: false }
  const points = made.points([['7', 'public', 'orders', 11, 13]], [token])
  expect(points.map((point) => point.token)).toEqual([token, undefined])
})

test('what stands for an unreachable server is the same for the same reason', () => {
  const { made } = rowPoints({ points: [pointOf('up', 3, { unreachable: 0 }), pointOf('uptime', 4)] })
  const [first, ...others] = made.unreachable('ECONNREFUSED')
  expect([first?.value, first?.series.attributes, others]).toEqual([0, { 'error.type': 'ECONNREFUSED' }, []])
  expect(made.unreachable('ECONNREFUSED')[0]?.series).toBe(first?.series)
  expect(made.unreachable('28P01')[0]?.series.key).not.toBe(first?.series.key)
})
