import { afterEach, expect, test, vi } from 'vitest'
import { systemClock } from '../../src/component/clock.ts'

/** The system's clock over a wall and a monotonic time that are set by hand, each at another origin. */
function steered() {
  const time = { wallMs: 1_900_000_000_000, monotonicMs: 5_000 }
  vi.spyOn(Date, 'now').mockImplementation(() => time.wallMs)
  vi.spyOn(performance, 'now').mockImplementation(() => time.monotonicMs)
  const pass = (ms: number, wallMs = ms) => {
    time.monotonicMs += ms
    time.wallMs += wallMs
  }
  return { clock: systemClock(), pass }
}

afterEach(() => void vi.restoreAllMocks())

test('the clock tells wall time', () => {
  const before = Date.now()
  const now = systemClock().now()
  expect(now).toBeGreaterThan(before - 1)
  expect(now).toBeLessThan(Date.now() + 1)
})

test("time that passes is the monotonic clock's", () => {
  const { clock, pass } = steered()
  pass(1_250)
  expect(clock.now()).toBe(1_900_000_001_250)
  // The wall is slewed by half a second: an interval stays as long as it was.
  pass(3_000, 3_500)
  expect(clock.now()).toBe(1_900_000_004_250)
})

test('a wall that jumps ahead is followed', () => {
  const { clock, pass } = steered()
  pass(250, 3_600_250)
  expect(clock.now()).toBe(1_900_003_600_250)
})

test('a wall that jumps back never takes the clock back', () => {
  const { clock, pass } = steered()
  pass(750)
  for (const backMs of [-1, -999, -1_001, -3_600_000]) {
    const before = clock.now()
    pass(0, backMs)
    expect(clock.now()).toBe(before)
    pass(125)
    expect(clock.now()).toBe(before + 125)
  }
})

test('a wall that jumps back and ahead again is where it was', () => {
  const { clock, pass } = steered()
  pass(500, -3_600_000)
  pass(500, 3_601_000)
  expect(clock.now()).toBe(1_900_000_001_000)
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
