import { expect, test } from 'vitest'
import { compareEpochs } from '../../src/deltas/epoch.ts'
import { at, epoch, token } from './support/points.ts'

const before = epoch(-1_000, -999)

for (const { claim, now, expected } of [
  { claim: 'equal witnesses are the same life', now: epoch(-1_000, -999), expected: 'same' },
  { claim: 'one witness that stayed is the same life', now: epoch(50, -999), expected: 'same' },
  { claim: 'another identifier is another server', now: epoch(-1_000, -999, 'server-2'), expected: 'other' },
  { claim: 'two witnesses set to one moment after the sample are a crash', now: epoch(50, 50), expected: 'zeroed' },
  { claim: 'two witnesses set to two moments are resets by hand', now: epoch(50, 50.000001), expected: 'same' },
  { claim: 'two witnesses older than the sample are another server', now: epoch(-7, -7), expected: 'other' },
  { claim: 'one older witness is enough for another server', now: epoch(-7, 50), expected: 'other' },
  {
    claim: 'a witness that became NULL has no time, so it is in doubt',
    now: { server: 'server-1', witnesses: [token(undefined), token(50)] },
    expected: 'other',
  },
  {
    claim: 'another number of witnesses cannot be compared',
    now: { server: 'server-1', witnesses: [token(50)] },
    expected: 'other',
  },
] as const) {
  test(claim, () => {
    expect(compareEpochs(before, now, at(10)).kind).toBe(expected)
  })
}

test('a crash is dated by its witnesses', () => {
  expect(compareEpochs(before, epoch(50, 50), at(10))).toEqual({ kind: 'zeroed', atMs: at(50), proven: false })
})

test('a server without witnesses is recognized by its identifier alone', () => {
  const one = { server: 'a', witnesses: [] }
  expect(compareEpochs(one, { server: 'a', witnesses: [] }, at(10)).kind).toBe('same')
  expect(compareEpochs(one, { server: 'b', witnesses: [] }, at(10)).kind).toBe('other')
})

test('a single witness that moved cannot tell a crash from a reset by hand', () => {
  const single = (second: number) => ({ server: 'a', witnesses: [token(second)] })
  expect(compareEpochs(single(1), single(50), at(10)).kind).toBe('same')
})

for (const { claim, now, expected } of [
  {
    claim: 'one moment and new processes prove a crash',
    now: epoch(50, 50, 'server-1', 40),
    expected: { kind: 'zeroed', atMs: at(50), proven: true },
  },
  {
    claim: 'one moment under the same processes is a reset by hand',
    now: epoch(50, 50, 'server-1', -50),
    expected: { kind: 'same' },
  },
  {
    claim: 'one moment under processes that ran before the sample is another server, reset by hand',
    now: epoch(50, 50, 'server-1', -70),
    expected: { kind: 'other' },
  },
  {
    claim: 'two moments and new processes are another server, reset by hand',
    now: epoch(50, 51, 'server-1', 40),
    expected: { kind: 'other' },
  },
  {
    claim: 'new processes with a witness that stayed are a clean restart',
    now: epoch(50, -999, 'server-1', 40),
    expected: { kind: 'same' },
  },
] as const) {
  test(claim, () => {
    expect(compareEpochs(epoch(-1_000, -999, 'server-1', -50), now, at(10))).toEqual(expected)
  })
}
