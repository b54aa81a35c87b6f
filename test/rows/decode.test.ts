import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decode, parseTimestamp } from '../../src/rows/decode.ts'
import { connectionOf, never, settingsOf } from '../receivers/postgresql/support/connecting.ts'
import { majors, usePostgres } from '../support/postgres.ts'

const postgres = usePostgres(majors.at(-1) ?? 18)
const bigint = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })

test('an integer is exact: a number where it is safe, else a bigint', () => {
  fc.assert(
    fc.property(bigint, (value) => {
      const decoded = decode('int', String(value))
      expect(typeof decoded === 'bigint' || typeof decoded === 'number' ? BigInt(decoded) : undefined).toBe(value)
      expect(typeof decoded).toBe(Number.isSafeInteger(Number(value)) ? 'number' : 'bigint')
    }),
  )
})

test('a double, a bool and a text are what they were', () => {
  fc.assert(
    fc.property(fc.double(), fc.string(), (double, text) => {
      // JavaScript writes minus zero as 0.
      expect(decode('double', String(double))).toBe(Number(String(double)))
      expect(decode('string', text)).toBe(text)
    }),
  )
  expect([decode('bool', 't'), decode('bool', 'f')]).toEqual([true, false])
})

test('NULL is null, of any type', () => {
  for (const type of ['int', 'double', 'string', 'bool', 'timestamp'] as const) expect(decode(type, null)).toBeNull()
})

test('what the server sends is what it meant: integers, doubles, moments to the microsecond', async () => {
  const { cluster } = await postgres()
  await using connection = await connectionOf(settingsOf(cluster))
  const values = fc.sample(
    fc.record({
      int: bigint,
      double: fc.double({ noNaN: true }),
      micros: fc.integer({ min: -1_000_000_000_000_000, max: 4_000_000_000_000_000 }),
    }),
    200,
  )
  const [ints, doubles, moments] = [
    values.map(({ int }) => String(int)),
    values.map(({ double }) => String(double)),
    values.map(({ micros }) => String(micros)),
  ].map((texts) => `{${texts.join(',')}}`)
  const rows = await connection.query(
    'values',
    `SELECT i, d, timestamptz '1970-01-01' + m * interval '1 microsecond'
     FROM unnest($1::int8[], $2::float8[], $3::int8[]) AS v(i, d, m)`,
    [ints, doubles, moments],
    never,
  )
  for (const [index, { int, double, micros }] of values.entries()) {
    const [i = null, d = null, t = null] = rows[index] ?? []
    expect(String(decode('int', i))).toBe(String(int))
    expect(decode('double', d)).toBe(Number(String(double)))
    expect(decode('timestamp', t)).toBeCloseTo(micros / 1_000, 3)
  }
})

test.each([
  ['int', '1.5', 'an integer'],
  ['int', '', 'an integer'],
  ['double', 'one', 'a number'],
  ['double', '', 'a number'],
  ['bool', 'true', 'a boolean'],
  ['timestamp', 'infinity', 'a timestamp'],
  ['timestamp', '2026-01-02 03:04:05+02', 'a timestamp'],
] as const)('a text that is no %s is refused: "%s"', (type, text, expected) => {
  expect(() => decode(type, text)).toThrow(`expected ${expected}, found "${text}"`)
})

test('the values of doubles that are no numbers pass', () => {
  expect([decode('double', 'NaN'), decode('double', 'Infinity'), decode('double', '-Infinity')]).toEqual([
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ])
})

test('a moment of a day that there is not is none', () => {
  expect(parseTimestamp('2026-13-45 00:00:00+00')).toBeUndefined()
  expect(parseTimestamp('2026-01-02 03:04:05.123456+00')).toBeCloseTo(Date.UTC(2026, 0, 2, 3, 4, 5) + 123.456, 3)
})
