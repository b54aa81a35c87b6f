import { expect, test } from 'vitest'
import { parseRetryAfter } from '../../../../src/exporters/otlp/delivery/retry-after.ts'

const nowMs = Date.UTC(2030, 0, 1)

for (const { value, expected } of [
  { value: '0', expected: 0 },
  { value: ' 29 ', expected: 29_000 },
  { value: '86400', expected: 86_400_000 },
  { value: 'Tue, 01 Jan 2030 00:01:30 GMT', expected: 90_000 },
  { value: 'Mon, 31 Dec 2029 23:59:00 GMT', expected: 0 },
  { value: 'soon', expected: undefined },
  { value: '-7', expected: undefined },
  { value: '', expected: undefined },
  { value: undefined, expected: undefined },
]) {
  test(`Retry-After: ${value} is ${expected} ms`, () => {
    expect(parseRetryAfter(value, nowMs)).toBe(expected)
  })
}
