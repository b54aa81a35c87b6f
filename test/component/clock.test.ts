import { expect, test } from 'vitest'
import { systemClock } from '../../src/component/clock.ts'

test('the clock tells wall time and never goes back', () => {
  const clock = systemClock()
  let last = clock.now()
  expect(Math.abs(last - Date.now())).toBeLessThan(50)
  for (let read = 0; read < 1_000; read++) {
    const now = clock.now()
    expect(now).toBeGreaterThanOrEqual(last)
    last = now
  }
})

test("a sleep that is aborted rejects with the signal's reason at once", async () => {
  const abort = new AbortController()
  const sleeping = systemClock().sleep(3_600_000, abort.signal)
  const reason = new Error('stopping')
  abort.abort(reason)
  await expect(sleeping).rejects.toBe(reason)
  await expect(systemClock().sleep(3_600_000, abort.signal)).rejects.toBe(reason)
})

test('a sleep lasts as long as was asked, and one of no time ends', async () => {
  const clock = systemClock()
  const signal = new AbortController().signal
  const startedMs = clock.now()
  await clock.sleep(30, signal)
  // Timers may fire up to a millisecond early.
  expect(clock.now() - startedMs).toBeGreaterThan(28)
  await clock.sleep(-5, signal)
})
