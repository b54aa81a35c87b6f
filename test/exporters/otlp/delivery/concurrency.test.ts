import { expect, test } from 'vitest'
import { Concurrency } from '../../../../src/exporters/otlp/delivery/concurrency.ts'

/** Rounds of as many requests as are allowed, each answered after that time. */
function run(concurrency: Concurrency, fromMs: number, rounds: number, durationMs: number, failing = false): number {
  let startedMs = fromMs
  for (let round = 0; round < rounds; round++) {
    const attempt = { startedMs, isProbe: false }
    for (let left = concurrency.limit; left > 0; left--) {
      if (failing) concurrency.failed(attempt, startedMs + durationMs)
      else concurrency.succeeded(attempt, startedMs + durationMs)
    }
    startedMs += durationMs + 1
  }
  return startedMs
}

test('grows by about one a round, up to the maximum', () => {
  const concurrency = new Concurrency(8)
  expect(concurrency.limit).toBe(4)
  const nextMs = run(concurrency, 0, 2, 100)
  expect(concurrency.limit).toBe(5)
  run(concurrency, nextMs, 20, 100)
  expect(concurrency.limit).toBe(8)
})

test('halves once for requests that failed together, and never goes below one', () => {
  const concurrency = new Concurrency(8)
  const nextMs = run(concurrency, 0, 1, 100, true)
  expect(concurrency.limit).toBe(2)
  run(concurrency, nextMs, 9, 100, true)
  expect(concurrency.limit).toBe(1)
})

test('shrinks when answers come slower, and grows again when they stay so', () => {
  const concurrency = new Concurrency(8)
  const nextMs = run(concurrency, 0, 30, 100)
  expect(concurrency.limit).toBe(8)
  const laterMs = run(concurrency, nextMs, 6, 1_000)
  expect(concurrency.limit).toBeLessThan(6)
  run(concurrency, laterMs, 120, 1_000)
  expect(concurrency.limit).toBe(8)
})

test('takes no notice of milliseconds', () => {
  const concurrency = new Concurrency(8)
  const nextMs = run(concurrency, 0, 30, 2)
  run(concurrency, nextMs, 10, 40)
  expect(concurrency.limit).toBe(8)
})
