import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { duration, formatDuration, parseDuration, positiveDuration } from '../../src/config/duration.ts'

for (const { text, ms } of [
  { text: '0', ms: 0 },
  { text: '0s', ms: 0 },
  { text: '30s', ms: 30_000 },
  { text: '1h30m', ms: 5_400_000 },
  { text: '1.5s', ms: 1_500 },
  { text: '250ms', ms: 250 },
  { text: '7us', ms: 0.007 },
  { text: '7µs', ms: 0.007 },
  { text: '3ns', ms: 0.000003 },
  { text: '2d', ms: 172_800_000 },
  { text: '1.1h', ms: 3_960_000 },
  { text: '', ms: undefined },
  { text: '30', ms: undefined },
  { text: '-1s', ms: undefined },
  { text: '1 s', ms: undefined },
  { text: 's', ms: undefined },
  { text: '1s2', ms: undefined },
  { text: '1w', ms: undefined },
  { text: `${'9'.repeat(400)}s`, ms: undefined },
]) {
  test(`"${text.slice(0, 10)}" is ${ms} ms`, () => {
    expect(parseDuration(text)).toBe(ms)
  })
}

test('a formatted duration parses back to the same whole number of milliseconds', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10_000_000_000 }), (ms) => {
      expect(parseDuration(formatDuration(ms))).toBe(ms)
    }),
  )
  expect([0, 250, 1_500, 30_000, 90_000, 5_400_000, 999.7].map(formatDuration)).toEqual([
    '0ms',
    '250ms',
    '1.5s',
    '30s',
    '1m30s',
    '1h30m',
    '1s',
  ])
})

test('parts add up, whatever their order', () => {
  const units = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 }
  const part = fc.tuple(
    fc.integer({ min: 0, max: 1_000 }),
    fc.constantFrom('h' as const, 'm' as const, 's' as const, 'ms' as const),
  )
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), (parts) => {
      const text = parts.map(([amount, unit]) => `${amount}${unit}`).join('')
      expect(parseDuration(text)).toBe(parts.reduce((sum, [amount, unit]) => sum + amount * units[unit], 0))
    }),
  )
})

function messages(schema: z.ZodType, value: unknown): string[] {
  return schema.safeParse(value).error?.issues.map((issue) => issue.message) ?? []
}

test('bounds are told in the Collector’s words', () => {
  expect(messages(duration, '0s')).toEqual([])
  expect(messages(duration, '-5s')).toEqual(['requires non-negative value'])
  expect(messages(positiveDuration, '5s')).toEqual([])
  expect(messages(positiveDuration, 0)).toEqual(['requires positive value'])
  expect(messages(positiveDuration, '-5s')).toEqual(['requires positive value'])
  expect(messages(positiveDuration, '5 minutes')).toEqual(['expected a duration such as 30s, 5m or 1h30m'])
})

test('a default may be written as text', () => {
  expect(z.object({ interval: positiveDuration.prefault('30s') }).parse({})).toEqual({ interval: 30_000 })
})
