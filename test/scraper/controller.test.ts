import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { systemClock } from '../../src/component/clock.ts'
import type { Consumer } from '../../src/component/consumer.ts'
import { ScraperController } from '../../src/scraper/controller.ts'
import { PartialScrapeError } from '../../src/scraper/partial-scrape-error.ts'
import type { Scraper } from '../../src/scraper/scraper.ts'
import { lifecycleSuite } from '../support/lifecycle-suite.ts'
import { memoryLogger } from '../support/memory-logger.ts'
import { batchOf, keepingConsumer, logBatchOf } from './support/batches.ts'
import { controlled, untilAborted } from './support/controlled.ts'

const giving = (name: string, points: number): Scraper => ({ name, scrape: (sink) => sink.metrics(batchOf(points)) })

const neverAborted = () => new AbortController().signal

lifecycleSuite('ScraperController', () => {
  const { controller, clock, batches } = controlled([giving('table', 3)])
  return Promise.resolve({
    component: controller,
    occasion: () => clock.advance(25_000),
    done: () => batches.length,
  })
})

lifecycleSuite('ScraperController whose scraper hangs', () => {
  let begun = 0
  const hanging: Scraper = {
    name: 'table',
    scrape: (_sink, signal) => {
      begun += 1
      return untilAborted(signal)
    },
  }
  const { controller, clock } = controlled([hanging])
  return Promise.resolve({
    component: controller,
    occasion: () => clock.advance(25_000),
    done: () => begun,
  })
})

lifecycleSuite('ScraperController on the real clock', () => {
  const consumer = keepingConsumer()
  const component = new ScraperController({
    id: 'postgresql/orders',
    scrapers: [giving('table', 3)],
    consumer,
    collectionIntervalMs: 20,
    initialDelayMs: 0,
    clock: systemClock(),
    logger: memoryLogger(),
  })
  return Promise.resolve({ component, occasion: () => delay(100), done: () => consumer.batches.length })
})

describe('what was given', () => {
  test('stays when a part is missing, and what is missing is counted', async () => {
    const partial: Scraper = {
      name: 'table',
      async scrape(sink) {
        await sink.metrics(batchOf(5))
        throw new PartialScrapeError(2, [new Error('permission denied for database hr')])
      },
    }
    const { controller, clock, host, telemetry, batches, statuses } = controlled([partial])
    await controller.start(host)
    await clock.advance(1_000)
    expect(batches.map((batch) => batch.points.length)).toEqual([5])
    expect(telemetry.sums).toEqual({ 'scraped table': 5, 'errored table': 2, accepted: 5, 'partial table': 1 })
    expect(statuses.at(-1)).toEqual({ kind: 'recoverable', reason: 'table: permission denied for database hr' })
    await controller.shutdown()
  })

  test('and refused is counted, logged once a minute with all that was, and fails no scrape', async () => {
    const refuse = () => Promise.reject(new Error('the store is full'))
    const consumer: Consumer = { consume: refuse, consumeLogs: refuse }
    const twice: Scraper = {
      name: 'table',
      async scrape(sink) {
        await sink.metrics(batchOf(3))
        await sink.metrics(batchOf(4))
      },
    }
    const often: Scraper = { name: 'index', intervalMs: 1_000, scrape: (sink) => sink.metrics(batchOf(2)) }
    const { controller, clock, host, telemetry, logger, statuses } = controlled([twice, often], { consumer })
    await controller.start(host)
    await clock.advance(1_000)
    expect(telemetry.sums).toMatchObject({ 'scraped table': 7, refused: 9, 'ok table': 1 })
    expect(telemetry.sums['accepted']).toBeUndefined()
    const warnings = () => logger.lines.filter((line) => line.level === 'warn').map(({ fields }) => fields)
    const about = { receiver: 'postgresql/orders', error: 'the store is full' }
    const first = warnings()
    expect(first).toHaveLength(1)
    expect(first).toMatchObject([about])
    await clock.advance(170_000)
    const points = Number(telemetry.sums['refused'])
    expect(points).toBeGreaterThan(340)
    expect(warnings()).toHaveLength(3)
    expect(warnings()[1]).toMatchObject({ ...about, scrapers: expect.arrayContaining(['table', 'index']) })
    expect(statuses.at(-1)).toEqual({ kind: 'ok' })
    await controller.shutdown()
    // What wasn't said by then is said at the end.
    expect(warnings().reduce((sum, { points: said }) => sum + Number(said), 0)).toBe(points)
  })

  test('and not yet taken is never more than 4,000 points and one batch', async () => {
    const taken: PromiseWithResolvers<void>[] = []
    const consumer: Consumer = {
      consume() {
        const waiting = Promise.withResolvers<void>()
        taken.push(waiting)
        return waiting.promise
      },
      consumeLogs: () => Promise.reject(new Error('nobody asked for logs')),
    }
    let given = 0
    const many: Scraper = {
      name: 'table',
      async scrape(sink) {
        for (; given < 10; given++) await sink.metrics(batchOf(900))
      },
    }
    const { controller, clock, host, telemetry } = controlled([many], { consumer })
    await controller.start(host)
    await clock.advance(1_000)
    expect(taken).toHaveLength(5)
    taken[3]?.resolve()
    await clock.settle()
    expect(taken).toHaveLength(6)
    for (let index = 0; index < 10; index++) {
      taken[index]?.resolve()
      await clock.settle()
    }
    expect(telemetry.sums).toMatchObject({ accepted: 9_000, 'scraped table': 9_000, 'ok table': 1 })
    await controller.shutdown()
  })

  test('is waited for before the scrape counts as ended', async () => {
    const waiting = Promise.withResolvers<void>()
    const { controller, clock, host, telemetry } = controlled([giving('table', 3)], {
      consumer: { consume: () => waiting.promise, consumeLogs: () => waiting.promise },
    })
    await controller.start(host)
    await clock.advance(1_000)
    expect(telemetry.sums).toEqual({})
    waiting.resolve()
    await clock.settle()
    expect(telemetry.sums).toMatchObject({ 'ok table': 1, 'success table': clock.now() })
    await controller.shutdown()
  })
})

describe('shutdown', () => {
  test('cancels a running scrape, which is neither failed nor logged', async () => {
    let ended = false
    const hanging: Scraper = {
      name: 'table',
      scrape: (_sink, signal) => untilAborted(signal).finally(() => (ended = true)),
    }
    const { controller, clock, host, telemetry, logger } = controlled([hanging])
    await controller.start(host)
    await clock.advance(1_000)
    await controller.shutdown()
    expect(ended).toBe(true)
    expect(telemetry.sums).toEqual({ 'cancelled table': 1, 'scraped table': 0 })
    expect(logger.lines.filter((line) => line.level !== 'debug')).toEqual([])
  })

  test('leaves a scrape that ignores it behind after 5 s, and takes nothing from it any more', async () => {
    const finish = Promise.withResolvers<void>()
    let refused: unknown
    const deaf: Scraper = {
      name: 'table',
      async scrape(sink) {
        await finish.promise
        await sink.metrics(batchOf(3)).catch((error: unknown) => (refused = error))
      },
    }
    const { controller, clock, host, logger, batches } = controlled([deaf])
    await controller.start(host)
    await clock.advance(1_000)
    let stopped = false
    const stopping = controller.shutdown().then(() => (stopped = true))
    await clock.advance(4_999)
    expect(stopped).toBe(false)
    await clock.advance(1)
    await stopping
    expect(logger.lines.filter((line) => line.level === 'warn')).toHaveLength(1)
    finish.resolve()
    await clock.settle()
    expect(batches).toEqual([])
    expect(refused).toMatchObject({ name: 'AbortError' })
  })
})

describe('collect', () => {
  test('scrapes everything once, now, without start', async () => {
    const { controller, batches } = controlled([giving('table', 3), giving('index', 4)])
    await controller.collect(neverAborted())
    expect(batches.map((batch) => batch.points.length)).toEqual([3, 4])
  })

  test('never runs beside a scrape of the same scraper', async () => {
    let running = 0
    let scrapes = 0
    const slow: Scraper = {
      name: 'table',
      async scrape(_sink, signal) {
        expect(++running).toBe(1)
        await clock.sleep(3_000, signal)
        running--
        scrapes++
      },
    }
    const { controller, clock, host, telemetry } = controlled([slow])
    await controller.start(host)
    await clock.advance(2_000)
    const collected = Promise.all([controller.collect(neverAborted()), controller.collect(neverAborted())])
    await clock.advance(8_000)
    await collected
    expect(scrapes).toBe(3)
    expect(telemetry.sums).toMatchObject({ 'ok table': 3 })
    await controller.shutdown()
  })

  test('rejects when every scraper failed, with all reasons', async () => {
    const failing = (name: string): Scraper => ({ name, scrape: () => Promise.reject(new Error(`no ${name}`)) })
    const { controller } = controlled([failing('table'), failing('index')])
    await expect(controller.collect(neverAborted())).rejects.toMatchObject({
      message: 'postgresql/orders: nothing could be read: table: no table; index: no index',
      errors: [{ message: 'no table' }, { message: 'no index' }],
    })
  })

  test('resolves when one scraper failed and another did not', async () => {
    const failing: Scraper = { name: 'index', scrape: () => Promise.reject(new Error('no')) }
    const { controller, batches } = controlled([failing, giving('table', 3)])
    await controller.collect(neverAborted())
    expect(batches).toHaveLength(1)
  })

  test("rejects with its signal's reason, and cancels what runs", async () => {
    const abort = new AbortController()
    const { controller } = controlled([{ name: 'table', scrape: (_sink, signal) => untilAborted(signal) }])
    const collected = controller.collect(abort.signal)
    abort.abort(new Error('enough'))
    await expect(collected).rejects.toThrow('enough')
  })

  test('rejects after shutdown', async () => {
    const { controller, batches } = controlled([giving('table', 3)])
    await controller.shutdown()
    await expect(controller.collect(neverAborted())).rejects.toThrow('postgresql/orders is stopping')
    expect(batches).toEqual([])
  })
})

describe('log records', () => {
  test('are given and counted beside data points', async () => {
    const events: Scraper = {
      name: 'statements',
      async scrape(sink) {
        await sink.metrics(batchOf(3))
        await sink.logs(logBatchOf(5))
      },
    }
    const { controller, clock, host, telemetry, batches, logBatches } = controlled([events])
    await controller.start(host)
    await clock.advance(1_000)
    expect(batches.map(({ points }) => points.length)).toEqual([3])
    expect(logBatches.map(({ records }) => records.length)).toEqual([5])
    expect(telemetry.sums).toMatchObject({
      ...{ 'scraped statements': 3, 'scraped statements logs': 5, accepted: 3, 'accepted logs': 5 },
    })
    await controller.shutdown()
  })

  test('that nobody takes are lost: counted and said as that, and no scrape fails', async () => {
    const consumer: Consumer = {
      ...keepingConsumer(),
      consumeLogs: () => Promise.reject(new Error('the store is full')),
    }
    const events: Scraper = { name: 'statements', scrape: (sink) => sink.logs(logBatchOf(5)) }
    const { controller, clock, host, telemetry, logger, statuses } = controlled([events], { consumer })
    await controller.start(host)
    await clock.advance(1_000)
    expect(telemetry.sums).toMatchObject({ 'refused logs': 5, 'ok statements': 1 })
    expect(telemetry.sums['refused']).toBeUndefined()
    expect(logger.lines.filter(({ level }) => level === 'error')).toMatchObject([
      { fields: { scrapers: ['statements'], records: 5, error: 'the store is full' } },
    ])
    expect(statuses.at(-1)).toEqual({ kind: 'ok' })
    await controller.shutdown()
  })

  test('not yet taken are never more than 200 and one batch', async () => {
    const taken: PromiseWithResolvers<void>[] = []
    const consumer: Consumer = {
      ...keepingConsumer(),
      consumeLogs() {
        const waiting = Promise.withResolvers<void>()
        taken.push(waiting)
        return waiting.promise
      },
    }
    const events: Scraper = {
      name: 'statements',
      async scrape(sink) {
        for (let batch = 0; batch < 10; batch++) await sink.logs(logBatchOf(90))
      },
    }
    const { controller, clock, host } = controlled([events], { consumer })
    await controller.start(host)
    await clock.advance(1_000)
    expect(taken).toHaveLength(3)
    taken[0]?.resolve()
    await clock.settle()
    expect(taken).toHaveLength(4)
    for (let index = 0; index < 10; index++) {
      taken[index]?.resolve()
      await clock.settle()
    }
    expect(taken).toHaveLength(10)
    await controller.shutdown()
  })
})
