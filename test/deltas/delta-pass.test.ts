import { expect, test } from 'vitest'
import type { Baseline, LastComplete } from '../../src/deltas/baseline.ts'
import { type DeltaOutcome, deltaOutcome } from '../../src/deltas/delta-outcome.ts'
import type { Temporality } from '../../src/deltas/outgoing-point.ts'
import type { Point } from '../../src/pdata/batch.ts'
import type { Reading } from '../../src/pdata/reading.ts'
import { at, backends, commits, epoch, ioTime, lag, point, reading, rowsRead, series, token } from './support/points.ts'

/** The baseline that a first sight leaves. */
function seen(first: Point, of: Reading): Baseline {
  const { baseline } = deltaOutcome(first, of, undefined, undefined, 'delta')
  if (baseline === undefined) throw new Error('no baseline was kept')
  return baseline
}

function complete(of: Reading): LastComplete {
  return { filter: of.filter, startedMs: of.startedMs, timeMs: of.timeMs, epoch: of.epoch }
}

function second(
  next: Point,
  of: Reading,
  first: Point,
  options: { from?: Reading; temporality?: Temporality } = {},
): DeltaOutcome {
  return deltaOutcome(next, of, seen(first, options.from ?? reading(10)), undefined, options.temporality ?? 'delta')
}

const counter = series(commits)
const sent = (value: number, startSecond: number, endSecond: number) => ({
  kind: 'send',
  point: { value, startMs: at(startSecond), endMs: at(endSecond) },
})
const absorbed = (reason: string) => ({ kind: 'absorbed', reason })

test('a first sight counts nothing', () => {
  expect(deltaOutcome(point(counter, 700), reading(10), undefined, undefined, 'delta')).toMatchObject(
    absorbed('first_sight'),
  )
})

test('the difference counts, from the previous reading on', () => {
  expect(second(point(counter, 742), reading(40), point(counter, 700))).toMatchObject(sent(42, 10, 40))
})

test('integers beyond 2^53 are subtracted exactly', () => {
  const big = 9_007_199_254_740_993n
  expect(second(point(counter, big + 5n), reading(40), point(counter, big))).toMatchObject(sent(5, 10, 40))
})

test('a delta beyond 2^53 is dropped and the next one counts from there', () => {
  const outcome = second(point(counter, 2n ** 60n), reading(40), point(counter, 7))
  expect(outcome).toMatchObject({ kind: 'dropped', reason: 'invalid_value', baseline: { value: 2n ** 60n } })
})

test('doubles are subtracted as they are', () => {
  const time = series(ioTime)
  expect(second(point(time, 4.75), reading(40), point(time, 1.5))).toMatchObject(sent(3.25, 10, 40))
})

for (const value of [Number.NaN, Number.POSITIVE_INFINITY, -3, 1.5, 2 ** 60]) {
  test(`a counter of ${value} is dropped and the baseline stays`, () => {
    const first = seen(point(counter, 700), reading(10))
    const outcome = deltaOutcome(point(counter, value), reading(40), first, complete(reading(10)), 'delta')
    expect(outcome).toMatchObject({
      kind: 'dropped',
      reason: 'invalid_value',
      baseline: { value: 700, timeMs: at(10) },
    })
    const next = deltaOutcome(point(counter, 750), reading(70), outcome.baseline, complete(reading(40)), 'delta')
    expect(next).toMatchObject(sent(50, 10, 70))
  })
}

test('a series that was seen only with an invalid value did exist: its first number is a first sight', () => {
  const { baseline } = deltaOutcome(point(counter, Number.NaN), reading(10), undefined, undefined, 'delta')
  const outcome = deltaOutcome(point(counter, 9_000), reading(40), baseline, complete(reading(10)), 'delta')
  expect(outcome).toMatchObject(absorbed('first_sight'))
})

test('a gauge or an up-down sum is sent as it is, without a baseline', () => {
  expect(deltaOutcome(point(series(lag), -1.5), reading(10), undefined, undefined, 'delta')).toEqual({
    kind: 'send',
    point: { series: series(lag), value: -1.5, startMs: at(10), endMs: at(10), temporality: 'cumulative' },
    baseline: undefined,
  })
  expect(deltaOutcome(point(series(backends), 12), reading(10), undefined, undefined, 'delta')).toMatchObject(
    sent(12, 10, 10),
  )
})

test('an increment of zero is sent where rates need it, and absorbed where they do not', () => {
  expect(second(point(counter, 700), reading(40), point(counter, 700))).toMatchObject(sent(0, 10, 40))
  const rows = series(rowsRead)
  const idle = second(point(rows, 700), reading(40), point(rows, 700))
  expect(idle).toMatchObject(absorbed('zero'))
  expect(deltaOutcome(point(rows, 709), reading(70), idle.baseline, undefined, 'delta')).toMatchObject(sent(9, 40, 70))
})

test('a delta never starts more than 47 hours before its end', () => {
  const late = 72 * 3_600
  expect(second(point(counter, 701), reading(late), point(counter, 700))).toMatchObject(sent(1, 25 * 3_600, late))
})

test('a delta starts before it ends even if the clock was set back since the baseline', () => {
  const outcome = second(point(counter, 701), reading(5), point(counter, 700))
  expect(outcome).toMatchObject({ kind: 'send', point: { startMs: at(5) - 1, endMs: at(5) } })
})

test('a value that fell while its token moved counts from the token', () => {
  const next = point(counter, 30, token(25))
  expect(second(next, reading(40), point(counter, 700, token(-500)))).toMatchObject(sent(30, 25, 40))
})

test('a reset that is dated before the previous reading counts from that reading', () => {
  const next = point(counter, 30, token(9.9))
  expect(second(next, reading(40), point(counter, 700, token(-500)))).toMatchObject(sent(30, 10, 40))
})

test('a value that fell without its token is re-based', () => {
  const outcome = second(point(counter, 30, token(-500)), reading(40), point(counter, 700, token(-500)))
  expect(outcome).toMatchObject({ ...absorbed('reset_unknown'), baseline: { value: 30 } })
  expect(second(point(counter, 30), reading(40), point(counter, 700))).toMatchObject(absorbed('reset_unknown'))
})

test('a token that is not exact proves no reset of a value that did not fall', () => {
  const next = point(counter, 742, token(25))
  expect(second(next, reading(40), point(counter, 700, token(-500)))).toMatchObject(sent(42, 10, 40))
})

test('an exact token that moved proves a reset even if the value is higher again', () => {
  const next = point(counter, 742, token(25, true))
  expect(second(next, reading(40), point(counter, 700, token(-500, true)))).toMatchObject(sent(742, 25, 40))
})

test('an exact token that moved to before the previous reading proves nothing', () => {
  const next = point(counter, 742, token(-100, true))
  expect(second(next, reading(40), point(counter, 700, token(-500, true)))).toMatchObject(sent(42, 10, 40))
})

test('after a crash a value that fell counts from the crash', () => {
  const after = reading(40, { epoch: epoch(25, 25) })
  expect(second(point(counter, 30), after, point(counter, 700))).toMatchObject(sent(30, 25, 40))
})

test('after a proven crash the value counts from the crash, even if it is higher again', () => {
  const before = deltaOutcome(
    point(counter, 5),
    reading(10, { epoch: epoch(-9, -9, 's', -8) }),
    undefined,
    undefined,
    'delta',
  )
  const after = reading(40, { epoch: epoch(25, 25, 's', 24) })
  expect(deltaOutcome(point(counter, 742), after, before.baseline, undefined, 'delta')).toMatchObject(sent(742, 25, 40))
})

test('witnesses of one moment never make a spike of a value that did not fall', () => {
  const after = reading(40, { epoch: epoch(25, 25) })
  expect(second(point(counter, 742), after, point(counter, 700))).toMatchObject(sent(42, 10, 40))
})

test('another server behind the name gives new baselines', () => {
  const failedOver = reading(40, { epoch: epoch(-90_000, -90_001) })
  expect(second(point(counter, 5_000), failedOver, point(counter, 700))).toMatchObject({
    ...absorbed('rebaselined'),
    baseline: { value: 5_000 },
  })
})

test('a series that was absent before a crash counts from the crash', () => {
  const before = complete(reading(10, { epoch: epoch(-1_000, -999, 'server-1', -1_000) }))
  const after = reading(40, { epoch: epoch(25, 25, 'server-1', 25) })
  expect(deltaOutcome(point(counter, 33), after, undefined, before, 'delta')).toMatchObject(sent(33, 25, 40))
  const unproven = reading(40, { epoch: epoch(25, 25) })
  const unknown = complete(reading(10))
  expect(deltaOutcome(point(counter, 33), unproven, undefined, unknown, 'delta')).toMatchObject(absorbed('first_sight'))
})

test('a series that was absent from the last complete result counts from zero', () => {
  const outcome = deltaOutcome(point(counter, 33), reading(40), undefined, complete(reading(10)), 'delta')
  expect(outcome).toMatchObject(sent(33, 10, 40))
})

test('a series that came back counts from zero, whatever it was before', () => {
  const before = seen(point(counter, 5), reading(-20))
  expect(deltaOutcome(point(counter, 33), reading(40), before, complete(reading(10)), 'delta')).toMatchObject(
    sent(33, 10, 40),
  )
})

test('a result of another filter or another life says nothing about absence', () => {
  const narrow = complete(reading(10, { filter: 'narrow' }))
  expect(deltaOutcome(point(counter, 33), reading(40), undefined, narrow, 'delta')).toMatchObject(
    absorbed('first_sight'),
  )
  const other = complete(reading(10, { epoch: epoch(-90_000, -90_001) }))
  expect(deltaOutcome(point(counter, 33), reading(40), undefined, other, 'delta')).toMatchObject(
    absorbed('first_sight'),
  )
  const before = seen(point(counter, 5), reading(-20))
  expect(deltaOutcome(point(counter, 33), reading(40), before, narrow, 'delta')).toMatchObject(sent(28, -20, 40))
})

const cumulative = { temporality: 'cumulative' } as const

test('a cumulative point starts at its exact token, else at the earliest moment that the server tells of', () => {
  const first = deltaOutcome(point(counter, 700), reading(10), undefined, undefined, 'cumulative')
  expect(first).toMatchObject(sent(700, -1_000, 10))
  expect(deltaOutcome(point(counter, 742), reading(40), first.baseline, undefined, 'cumulative')).toMatchObject(
    sent(742, -1_000, 40),
  )
  const older = point(counter, 742, token(-7_000, false))
  expect(deltaOutcome(older, reading(40), undefined, undefined, 'cumulative')).toMatchObject(sent(742, -7_000, 40))
  const exact = point(counter, 742, token(-500, true))
  expect(deltaOutcome(exact, reading(40), undefined, undefined, 'cumulative')).toMatchObject(sent(742, -500, 40))
})

test('a cumulative point starts anew with each reset that is seen', () => {
  const first = point(counter, 700)
  expect(second(point(counter, 30), reading(40), first, cumulative)).toMatchObject(sent(30, 10, 40))
  const crash = reading(40, { epoch: epoch(25, 25) })
  expect(second(point(counter, 30), crash, first, cumulative)).toMatchObject(sent(30, 25, 40))
  const other = reading(40, { epoch: epoch(-90_000, -90_001) })
  expect(second(point(counter, 5_000), other, first, cumulative)).toMatchObject(sent(5_000, -90_001, 40))
})

test('a cumulative point starts before its end, whatever the server tells of', () => {
  const silent = { server: '7', witnesses: [] }
  const quick = { epoch: silent, startedMs: at(10) }
  const first = deltaOutcome(point(counter, 700), reading(10, quick), undefined, undefined, 'cumulative')
  expect(first).toMatchObject({ kind: 'send', point: { startMs: at(10) - 1, endMs: at(10) } })
  const startedMs = at(9)
  const slow = deltaOutcome(
    point(counter, 700),
    reading(10, { epoch: silent, startedMs }),
    undefined,
    undefined,
    'cumulative',
  )
  expect(slow).toMatchObject(sent(700, 9, 10))
  // A server whose clock is ahead of what was measured.
  const ahead = deltaOutcome(point(counter, 700, token(11, true)), reading(10), undefined, undefined, 'cumulative')
  expect(ahead).toMatchObject({ kind: 'send', point: { startMs: at(10) - 1, endMs: at(10) } })
})

test('a cumulative value that no encoder can write is dropped', () => {
  const outcome = deltaOutcome(point(counter, 2n ** 60n), reading(10), undefined, undefined, 'cumulative')
  expect(outcome).toMatchObject({ kind: 'dropped', reason: 'invalid_value' })
})
