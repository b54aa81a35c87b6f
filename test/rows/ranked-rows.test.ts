import { describe, expect, test } from 'vitest'
import type { RowComputer } from '../../src/receivers/postgresql/queries/row-computer.ts'
import type { ColumnValue } from '../../src/rows/decode.ts'
import { metricOf } from '../receivers/postgresql/support/composing.ts'
import { majors } from '../support/postgres.ts'
import { metrics, usePlaces } from './support/ranking.ts'

const ranking = usePlaces(majors.at(-1) ?? 18)

const a = { id: 1, name: 'a', calls: 900, size: 1 }
const b = { id: 2, name: 'b', calls: 800, size: 20 }
const c = { id: 3, name: 'c', calls: 30, size: 300 }
const d = { id: 4, name: 'd', calls: 20, size: 4_000 }
const south = { id: 5, place: 'south', name: 'e', calls: 10, size: 50_000 }

test('the first rows have series of their own, the rest shares one of each place', async () => {
  await using under = await ranking()
  const { shown } = await under.result(a, b, c, d, south)
  expect(shown('calls')).toEqual([
    { place: 'north', name: 'a' },
    { place: 'north', name: 'b' },
    { place: 'north', name: '(other)' },
    { place: 'north', name: '(other)' },
    { place: 'south', name: '(other)' },
  ])
})

test('gauges become one by sum or max, or the rest has none', async () => {
  await using under = await ranking()
  const { gauge } = await under.result(a, b, c, d, south)
  const own = [
    [{ place: 'north', name: 'a' }, 1],
    [{ place: 'north', name: 'b' }, 20],
  ]
  expect(gauge('size')).toEqual([
    ...own,
    [{ place: 'north', name: '(other)' }, 4_300],
    [{ place: 'south', name: '(other)' }, 50_000],
  ])
  expect(gauge('size.max')).toEqual([
    ...own,
    [{ place: 'north', name: '(other)' }, 4_000],
    [{ place: 'south', name: '(other)' }, 50_000],
  ])
  expect(gauge('size.own')).toEqual(own)
})

test('rows that look alike share a series, and each is compared by itself', async () => {
  await using under = await ranking()
  const { counterRows, series, gauge } = await under.result(a, { ...b, name: 'a' }, c, d)
  expect(counterRows.rows.map(({ values }) => values)).toEqual([[900], [800], [30], [20]])
  expect(new Set(counterRows.rows.map(({ key }) => key)).size).toBe(4)
  const [first, second] = series('calls')
  expect(first).toBe(second)
  expect(gauge('size')[0]).toEqual([{ place: 'north', name: 'a' }, 21])
  // What can't be added or compared is the first one's.
  expect(gauge('size.own')).toEqual([[{ place: 'north', name: 'a' }, 1]])
})

test('NULL gives no value and no gauge; the row is there all the same', async () => {
  await using under = await ranking({
    definition: {
      columns: { calls: { sql: 'NULLIF(r.calls, 900)', type: 'int' }, size: { sql: 'NULL', type: 'int' } },
    },
  })
  const { counterRows, points } = await under.result(a, b)
  expect(counterRows.rows.map(({ values }) => values)).toEqual([[null], [800]])
  expect(points).toEqual([])
})

test('a row that grows most gets a series of its own, and the one that it ousts goes to the rest', async () => {
  await using under = await ranking()
  await under.result(a, b, c, d)
  const names = async (...rows: (typeof a)[]) =>
    (await under.result(...rows)).shown('calls').map((one) => one?.['name'])
  const grown = { ...d, calls: 70 }
  // b grows by nothing from here on, and stays for two results more.
  expect(await names({ ...a, calls: 910 }, b, c, grown)).toEqual(['a', 'b', '(other)', 'd'])
  expect(await names({ ...a, calls: 920 }, b, c, { ...grown, calls: 90 })).toEqual(['a', 'b', '(other)', 'd'])
  expect(await names({ ...a, calls: 930 }, b, c, { ...grown, calls: 99 })).toEqual(['a', '(other)', '(other)', 'd'])
})

test('a series is one object from result to result, and so is what the values are called', async () => {
  await using under = await ranking()
  const before = await under.result(a, b, c, d)
  const after = await under.result(a, b, c, d)
  expect(after.series('calls').map((series, row) => series === before.series('calls')[row])).not.toContain(false)
  expect(after.counterRows.columns).toBe(before.counterRows.columns)
  expect(new Set(after.points.map(({ series }) => series))).toEqual(new Set(before.points.map(({ series }) => series)))
})

test('a rename changes the series and not the row', async () => {
  await using under = await ranking()
  const before = await under.result(a, b, c)
  const after = await under.result({ ...a, name: 'z' }, b, c)
  expect(after.shown('calls')[0]).toEqual({ place: 'north', name: 'z' })
  expect(after.counterRows.rows.map(({ key }) => key)).toEqual(before.counterRows.rows.map(({ key }) => key))
})

test('a series that two results in a row have not shown is forgotten, and comes back under the same key', async () => {
  await using under = await ranking()
  const [before] = (await under.result(a, b)).series('calls')
  await under.result(b)
  const [kept] = (await under.result(a, b)).series('calls')
  expect(kept).toBe(before)
  for (let results = 0; results < 2; results++) await under.result(b)
  const [back] = (await under.result(a, b)).series('calls')
  expect([back === before, back?.key]).toEqual([false, before?.key])
})

test("a metric that doesn't show what tells the rows apart has one series for all of them", async () => {
  const source = { query: 'rows', attributes: { place: 'place' }, points: [{ value: 'calls', attributes: {} }] }
  const total = metricOf('calls.total', source, { kind: 'sum', monotonic: true })
  await using under = await ranking({ metrics: [...metrics, total] })
  const { series, shown } = await under.result(a, b, c, d)
  expect(new Set(series('calls.total')).size).toBe(1)
  expect(shown('calls.total')[0]).toEqual({ place: 'north' })
  expect(new Set(series('calls')).size).toBe(3)
})

test('rows carry the reset token where their query has one, and say whether a fall alone is a reset', async () => {
  await using plain = await ranking()
  const { counterRows } = await plain.result(a)
  expect([counterRows.fallsWhenReset, counterRows.rows[0]?.token]).toEqual([false, undefined])
  await using reset = await ranking({
    definition: { fallsWhenReset: true, reset: { sql: "'2026-01-02 03:04:05+00'::timestamptz", exact: true } },
  })
  const other = await reset.result(a)
  expect(other.counterRows.fallsWhenReset).toBe(true)
  expect(other.counterRows.rows[0]?.token).toMatchObject({ text: '2026-01-02 03:04:05+00', exact: true })
})

test('thousands of rows are one batch, which is the whole result', async () => {
  await using under = await ranking({
    definition: {
      from: "generate_series(1, 9000) AS i, LATERAL (SELECT i AS id, 'p' AS place, 'n' || i AS name, i AS calls, i AS size) AS r",
    },
  })
  const { counterRows, reading, gauge } = await under.result()
  expect([counterRows.rows.length, reading.completes]).toEqual([9_000, true])
  expect(gauge('size').at(-1)).toEqual([{ place: 'p', name: 'n9000' }, 9_000])
  expect(gauge('size')).toHaveLength(3)
})

describe('computed columns', () => {
  const definition = {
    top: { rows: 2, by: ['calls'], others: ['hash'] },
    columns: {
      hash: { computed: ['id'], type: 'string' },
      mean: { computed: ['calls'], type: 'double' },
      slow: { computed: ['calls'], type: 'bool' },
    },
  } as const
  const source = { query: 'rows', attributes: { place: 'place', hash: 'hash' } }
  const counter = { kind: 'sum', monotonic: true } as const
  const computed = [
    metricOf('calls', { ...source, points: [{ value: 'calls', attributes: {} }] }, counter),
    metricOf('slow.calls', { ...source, points: [{ value: 'calls', attributes: {}, when: 'slow' }] }, counter),
    metricOf('slow.mean', { ...source, points: [{ value: 'mean', attributes: {}, when: 'slow' }] }),
  ]
  const saying = (of: Readonly<Record<string, readonly ColumnValue[]>>, also: readonly string[] = []): RowComputer => ({
    compute: async () => ({ of: ({ identity }) => of[identity], also: new Set(also) }),
    report: async () => {},
  })

  test('label a row; one that nobody can tell is among the rest, whatever its rank', async () => {
    await using under = await ranking({ definition, metrics: computed, computer: saying({ 1: ['x', 1, false] }) })
    const { shown } = await under.result(a, b, c)
    expect(shown('calls')).toEqual([
      { place: 'north', hash: 'x' },
      { place: 'north', hash: '(other)' },
      { place: 'north', hash: '(other)' },
    ])
  })

  test('a value is shown only when it is to be; it counts all the same', async () => {
    const computer = saying({ 1: ['x', 5.5, true], 2: ['y', 7.5, false] })
    await using under = await ranking({ definition, metrics: computed, computer })
    const { shown, gauge, counterRows } = await under.result(a, b, c)
    expect(shown('slow.calls')).toEqual([{ place: 'north', hash: 'x' }, undefined, undefined])
    expect(gauge('slow.mean')).toEqual([[{ place: 'north', hash: 'x' }, 5.5]])
    expect(counterRows.rows.map(({ values }) => values)).toEqual([
      [900, 900],
      [800, 800],
      [30, 30],
    ])
  })

  test('a row that code asks for has a series of its own beside the first ones', async () => {
    const computer = saying({ 1: ['x', 1, false], 2: ['y', 1, false], 4: ['z', 1, true] }, ['4'])
    await using under = await ranking({ definition, metrics: computed, computer })
    const { shown } = await under.result(a, b, c, d)
    expect(shown('calls').map((one) => one?.['hash'])).toEqual(['x', 'y', '(other)', 'z'])
  })

  test('without anybody to say them all rows are the rest', async () => {
    await using under = await ranking({ definition, metrics: computed })
    const { shown, gauge } = await under.result(a, b)
    expect(shown('calls').map((one) => one?.['hash'])).toEqual(['(other)', '(other)'])
    expect([shown('slow.calls'), gauge('slow.mean')]).toEqual([[undefined, undefined], []])
  })
})
