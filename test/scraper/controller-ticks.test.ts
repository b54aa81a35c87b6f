import { expect, test } from 'vitest'
import type { Scraper } from '../../src/scraper/scraper.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { batchOf } from './support/batches.ts'
import { controlled, untilAborted } from './support/controlled.ts'

/** Notes when it is called; each scrape takes so long. */
function timed(
  name: string,
  times: number[],
  now: () => number,
  scrape?: Scraper['scrape'],
  intervalMs?: number,
): Scraper {
  return {
    name,
    ...(intervalMs === undefined ? {} : { intervalMs }),
    async scrape(sink, signal) {
      times.push(now())
      await scrape?.(sink, signal)
    },
  }
}

test('the first scrape comes after the initial delay, the others on the tick', async () => {
  const times: number[] = []
  const { controller, clock, host, elapsedMs } = controlled([timed('table', times, () => elapsedMs())])
  await controller.start(host)
  await clock.advance(31_500)
  expect(times).toEqual([1_000, 11_000, 21_000, 31_000])
  await controller.shutdown()
})

test("a scraper's own interval goes before the receiver's", async () => {
  const times: number[] = []
  const { controller, clock, host, elapsedMs } = controlled([
    timed('size', times, () => elapsedMs(), undefined, 25_000),
  ])
  await controller.start(host)
  await clock.advance(60_000)
  expect(times).toEqual([1_000, 26_000, 51_000])
  await controller.shutdown()
})

test('a scrape that overruns is not overlapped: the ticks it missed are skipped and counted', async () => {
  const times: number[] = []
  let running = 0
  const slow: Scraper['scrape'] = async (_sink, signal) => {
    expect(++running).toBe(1)
    await clock.sleep(25_000, signal)
    running--
  }
  const { controller, clock, host, telemetry, elapsedMs } = controlled([timed('table', times, () => elapsedMs(), slow)])
  await controller.start(host)
  await clock.advance(70_000)
  expect(times).toEqual([1_000, 31_000, 61_000])
  expect(telemetry.sums['skipped table']).toBe(4)
  expect(telemetry.durationsMs).toEqual([25_000, 25_000])
  await controller.shutdown()
})

test('a timer that fires early does not bring the same tick twice', async () => {
  class EarlyClock extends FakeClock {
    override sleep(ms: number, signal: AbortSignal): Promise<void> {
      return super.sleep(ms > 5_000 ? ms - 0.4 : ms, signal)
    }
  }
  const clock = new EarlyClock()
  const startMs = clock.now()
  const times: number[] = []
  const { controller, host } = controlled([timed('table', times, () => clock.now() - startMs)], { clock })
  await controller.start(host)
  await clock.advance(22_000)
  expect(times.map(Math.round)).toEqual([1_000, 11_000, 21_000])
  await controller.shutdown()
})

test('a scraper that hangs or fails delays no other', async () => {
  const times: number[] = []
  const hanging: Scraper = { name: 'hangs', scrape: (_sink, signal) => untilAborted(signal) }
  const failing: Scraper = { name: 'fails', scrape: () => Promise.reject(new Error('relation "x" does not exist')) }
  const working = timed(
    'works',
    times,
    () => elapsedMs(),
    (sink) => sink.metrics(batchOf(3)),
  )
  const { controller, clock, host, telemetry, batches, elapsedMs } = controlled([hanging, failing, working])
  await controller.start(host)
  await clock.advance(22_000)
  expect(times).toEqual([1_000, 11_000, 21_000])
  expect(batches).toHaveLength(3)
  expect(telemetry.sums).toMatchObject({ 'scraped works': 9, accepted: 9, 'failed fails': 3, 'errored fails': 3 })
  await controller.shutdown()
})

test('a scrape that outlasts its time-out is aborted and has failed for that reason', async () => {
  const reasons: unknown[] = []
  const hanging: Scraper = {
    name: 'table',
    async scrape(_sink, signal) {
      await untilAborted(signal).catch((reason: unknown) => reasons.push(reason))
      throw new Error('canceling statement due to user request')
    },
  }
  const { controller, clock, host, telemetry, statuses } = controlled([hanging], { timeoutMs: 4_000 })
  await controller.start(host)
  await clock.advance(4_999)
  expect(reasons).toEqual([])
  await clock.advance(1)
  expect(reasons).toMatchObject([{ name: 'TimeoutError' }])
  expect(telemetry.sums).toMatchObject({ 'failed table': 1, 'errored table': 1 })
  expect(statuses.at(-1)).toEqual({ kind: 'recoverable', reason: 'table: took longer than its timeout of 4s' })
  await clock.advance(6_000)
  expect(telemetry.sums).toMatchObject({ 'failed table': 1 })
  await clock.advance(4_000)
  expect(telemetry.sums).toMatchObject({ 'failed table': 2 })
  await controller.shutdown()
})

test('a scrape that ends in time leaves no timer of its time-out', async () => {
  const { controller, clock, host } = controlled([{ name: 'table', scrape: () => Promise.resolve() }], {
    timeoutMs: 4_000,
  })
  await controller.start(host)
  await clock.advance(1_000)
  expect(clock.sleeping).toBe(1)
  await controller.shutdown()
  expect(clock.sleeping).toBe(0)
})
