import { describe, expect, test } from 'vitest'
import type { Temporality } from '../../src/deltas/outgoing-point.ts'
import { rowDeltas } from '../../src/deltas/row-deltas.ts'
import { MemoryStore } from '../../src/exporters/otlp/queue/memory-store.ts'
import type { CounterRow } from '../../src/pdata/batch.ts'
import type { Reading } from '../../src/pdata/reading.ts'
import { counterRows, row, shown } from './support/counter-rows.ts'
import { at, commits, epoch, ioTime, reading, token } from './support/points.ts'

const own = shown('own')
const other = shown('(other)')

/** Compares readings one after the other, and stores them. */
function comparing(temporality: Temporality = 'delta', fallsWhenReset = true) {
  const store = new MemoryStore({ capacityBytes: 1e9 })
  return (of: Reading, ...rows: CounterRow[]) => {
    const { outgoing, baselines, completes, ...counts } = rowDeltas(
      of,
      counterRows(rows, fallsWhenReset),
      store,
      temporality,
    )
    store.put([], baselines, completes)
    return {
      ...counts,
      sent: outgoing.map(({ series: { metric, attributes }, value, startMs, endMs }) => [
        `${metric.name} ${String(attributes['name'])}`,
        value,
        (startMs - at(0)) / 1_000,
        (endMs - at(0)) / 1_000,
      ]),
    }
  }
}

test('at first sight nothing is shown; then each increase, from the reading before on', () => {
  const compare = comparing()
  expect(compare(reading(10), row([700, 11, 1.5]))).toMatchObject({
    sent: [],
    consumed: 3,
    absorbed: new Map([['first_sight', 3]]),
  })
  expect(compare(reading(40), row([742, 24, 4.75])).sent).toEqual([
    ['postgresql.commits own', 42, 10, 40],
    ['postgresql.operations own', 13, 10, 40],
    ['postgresql.io.time own', 3.25, 10, 40],
  ])
})

test('an increase is shown where the row is shown now; nothing is counted twice or left out on the way', () => {
  const compare = comparing()
  compare(reading(10), row([700, 0, 0], own))
  expect(compare(reading(40), row([707, 0, 0], other)).sent[0]).toEqual(['postgresql.commits (other)', 7, 10, 40])
  expect(compare(reading(70), row([718, 0, 0], own)).sent[0]).toEqual(['postgresql.commits own', 11, 40, 70])
})

test('rows that share a series add up to one point, and each of them is in the account', () => {
  const compare = comparing()
  const rows = (...calls: number[]) =>
    calls.map((value, index) => row([value, null, null], other, { key: `row ${index}` }))
  compare(reading(10), ...rows(700, 20, 5))
  const { sent, consumed, absorbed } = compare(reading(40), ...rows(703, 31, 18))
  expect(sent).toEqual([['postgresql.commits (other)', 27, 10, 40]])
  expect([consumed, absorbed]).toEqual([4, new Map([['folded', 3]])])
})

test("a value without a series counts and isn't shown", () => {
  const compare = comparing()
  compare(reading(10), row([700, 5, 1]))
  const { sent, absorbed } = compare(reading(40), row([742, 11, 1.5], [undefined, ...own.slice(1)]))
  expect(sent.map(([name]) => name)).toEqual(['postgresql.operations own', 'postgresql.io.time own'])
  expect(absorbed).toEqual(new Map([['folded', 3]]))
  // It isn't shown later either.
  expect(compare(reading(70), row([743, 11, 1.5])).sent[0]).toEqual(['postgresql.commits own', 1, 40, 70])
})

test('integers beyond 2^53 are subtracted and added exactly', () => {
  const compare = comparing()
  const big = 9_007_199_254_740_993n
  const rows = (a: bigint, b: bigint) => [
    row([a, null, null], other, { key: 'row 1' }),
    row([b, null, null], other, { key: 'row 2' }),
  ]
  compare(reading(10), ...rows(big, 2n * big))
  expect(compare(reading(40), ...rows(big + 5n, 2n * big + 6n)).sent).toEqual([
    ['postgresql.commits (other)', 11, 10, 40],
  ])
})

test("what can't be counted is dropped, and the row goes on from what was known", () => {
  const compare = comparing()
  compare(reading(10), row([700, 5, 1]))
  const { sent, dropped, consumed } = compare(reading(40), row([-3, 9, Number.NaN]))
  expect(sent).toEqual([['postgresql.operations own', 4, 10, 40]])
  expect([dropped, consumed]).toEqual([new Map([['invalid_value', 2]]), 4])
  expect(compare(reading(70), row([710, 9, 3])).sent).toEqual([
    ['postgresql.commits own', 10, 40, 70],
    ['postgresql.io.time own', 2, 40, 70],
  ])
})

test('an increase beyond 2^53 is dropped, and the next one counts from there', () => {
  const compare = comparing()
  compare(reading(10), row([0, null, null]))
  expect(compare(reading(40), row([2n ** 60n, null, null])).dropped).toEqual(new Map([['invalid_value', 1]]))
  expect(compare(reading(70), row([2n ** 60n + 3n, null, null])).sent).toEqual([['postgresql.commits own', 3, 40, 70]])
})

test('zeros are sent or not as the metric says', () => {
  const compare = comparing()
  compare(reading(10), row([700, 5, 1]))
  const { sent, absorbed } = compare(reading(40), row([700, 5, 1]))
  expect(sent.map(([name, value]) => [name, value])).toEqual([
    ['postgresql.commits own', 0],
    ['postgresql.io.time own', 0],
  ])
  expect(absorbed).toEqual(
    new Map([
      ['folded', 3],
      ['zero', 1],
    ]),
  )
})

describe('a row', () => {
  test("that a complete result didn't have counts from zero, since that result", () => {
    const compare = comparing()
    compare(reading(10))
    expect(compare(reading(40), row([30, 0, 0])).sent[0]).toEqual(['postgresql.commits own', 30, 10, 40])
    compare(reading(70))
    expect(compare(reading(100), row([4, 0, 0])).sent[0]).toEqual(['postgresql.commits own', 4, 70, 100])
  })

  test('whose exact token has moved counts from zero, higher or not', () => {
    const compare = comparing()
    compare(reading(10), row([700, 5, 1], own, { token: token(-50, true) }))
    const { sent } = compare(reading(40), row([800, 2, 3], own, { token: token(25, true) }))
    expect(sent).toEqual([
      ['postgresql.commits own', 800, 25, 40],
      ['postgresql.operations own', 2, 25, 40],
      ['postgresql.io.time own', 3, 25, 40],
    ])
  })

  test('of which one counter fell was counted from zero as a whole, or in nothing', () => {
    for (const [fallsWhenReset, calls, time, unknown] of [
      [true, 3, 9, undefined],
      [false, undefined, 8, 1],
    ] as const) {
      const compare = comparing('delta', fallsWhenReset)
      compare(reading(10), row([700, null, 1]))
      const { sent, absorbed } = compare(reading(40), row([3, null, 9]))
      const value = (name: string) => sent.find(([metric]) => metric === `${name} own`)?.[1]
      expect([value('postgresql.commits'), value('postgresql.io.time')]).toEqual([calls, time])
      expect(absorbed.get('reset_unknown')).toBe(unknown)
    }
  })

  test('of which only some columns were known counts in those', () => {
    const store = new MemoryStore({ capacityBytes: 1e9 })
    const before = { ...counterRows([]), columns: ['time', 'calls'], metrics: [ioTime, commits] }
    const first = rowDeltas(reading(10), { ...before, rows: [row([1, 700])] }, store, 'delta')
    store.put([], first.baselines, first.completes)
    const { outgoing, absorbed } = rowDeltas(reading(40), counterRows([row([742, 24, 4.75])]), store, 'delta')
    expect(outgoing.map(({ value }) => value)).toEqual([42, 3.75])
    expect(absorbed.get('first_sight')).toBe(1)
  })
})

describe('another server behind the name', () => {
  const elsewhere = { epoch: epoch(-70, -60, 'server-2') }

  test('counts nothing at first', () => {
    const compare = comparing()
    compare(reading(10), row([700, 5, 1]))
    expect(compare(reading(40, elsewhere), row([90_000, 90, 9])).absorbed).toEqual(new Map([['rebaselined', 3]]))
  })

  test('is never compared with what the first one had where it has measured nothing yet', () => {
    const compare = comparing()
    compare(reading(10), row([700, 5, 1]))
    compare(reading(40, elsewhere), row([null, 90, 9]))
    const { sent, absorbed } = compare(reading(70, elsewhere), row([90_000, 91, 9]))
    expect(sent.map(([, value]) => value)).toEqual([1, 0])
    expect(absorbed.get('first_sight')).toBe(1)
  })
})

test('cumulative series go on from what they have come to, and restart after the rest of the time', () => {
  const compare = comparing('cumulative')
  compare(reading(10), row([700, null, null], own))
  expect(compare(reading(40), row([707, null, null], own)).sent).toEqual([['postgresql.commits own', 7, 10, 40]])
  expect(compare(reading(70), row([718, null, null], own)).sent).toEqual([['postgresql.commits own', 18, 10, 70]])
  // Zeroed: the series goes on all the same.
  expect(compare(reading(100), row([5, null, null], own)).sent).toEqual([['postgresql.commits own', 23, 10, 100]])
  expect(compare(reading(130), row([6, null, null], other)).sent).toEqual([['postgresql.commits (other)', 1, 100, 130]])
  expect(compare(reading(160), row([8, null, null], own)).sent).toEqual([['postgresql.commits own', 2, 130, 160]])
})
