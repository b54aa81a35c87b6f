import { expect, test } from 'vitest'
import type { z } from 'zod'
import { internalConfig } from '../../../src/receivers/internal/config.ts'
import { ownTelemetry } from '../../../src/receivers/internal/own-telemetry.ts'
import { internalReceiver } from '../../../src/receivers/internal/receiver.ts'
import { scraperTelemetry } from '../../../src/scraper/scraper-telemetry.ts'
import { keepingConsumer } from '../../scraper/support/batches.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { lifecycleSuite } from '../../support/lifecycle-suite.ts'
import { memoryLogger } from '../../support/memory-logger.ts'

/** An internal receiver with a fake clock, and the batches that it gave. */
function internal(config: z.input<typeof internalConfig> = {}) {
  const clock = new FakeClock()
  const own = ownTelemetry({ name: 'otelephant', version: '1.2.3' })
  const consumer = keepingConsumer()
  const receiver = internalReceiver({
    id: 'internal',
    config: internalConfig.parse(config),
    ownTelemetry: own,
    version: '1.2.3',
    consumer,
    clock,
    hostName: 'collector-1',
    logger: memoryLogger(),
  })
  const host = { report: () => {} }
  return { receiver, clock, meter: own.meter, own, batches: consumer.batches, host }
}

const neverAborted = () => new AbortController().signal

lifecycleSuite('internal receiver', () => {
  const { receiver, clock, batches } = internal()
  return Promise.resolve({
    component: receiver,
    occasion: () => clock.advance(150_000),
    done: () => batches.length,
  })
})

test('gives what was counted, cumulative, a minute after another', async () => {
  const { receiver, clock, meter, batches, host } = internal()
  const telemetry = scraperTelemetry(meter, 'postgresql/orders')
  telemetry.scraped('table', 'metrics', 11)
  telemetry.lastSuccess('table', 1_900_000_000_500)
  await receiver.start(host)
  await clock.advance(60_000)
  telemetry.scraped('table', 'metrics', 5)
  await clock.advance(1_000)
  const points = batches.map((batch) =>
    batch.points.map(({ series, value }) => [series.metric.name, series.attributes, value]),
  )
  const scraped = { receiver: 'postgresql/orders', scraper: 'table' }
  expect(points).toEqual([
    [
      ['otelcol_scraper_scraped_metric_points', scraped, 11],
      ['otelephant_scraper_last_success', scraped, 1_900_000_000.5],
    ],
    [
      ['otelcol_scraper_scraped_metric_points', scraped, 16],
      ['otelephant_scraper_last_success', scraped, 1_900_000_000.5],
    ],
  ])
  await receiver.shutdown()
})

test('a series is the same object each time, with the kind, unit and type of its instrument', async () => {
  const { receiver, meter, batches } = internal()
  const telemetry = scraperTelemetry(meter, 'postgresql/orders')
  telemetry.duration('table', 250, 'ok')
  telemetry.lastSuccess('table', 1_900_000_000_500)
  await receiver.collect(neverAborted())
  await receiver.collect(neverAborted())
  const [first, second] = batches.map((batch) => batch.points.map((point) => point.series))
  expect(
    first?.map(({ metric }) => [metric.name, metric.kind, metric.monotonic, metric.valueType, metric.unit]),
  ).toEqual([
    ['otelephant_scraper_duration', 'sum', true, 'double', 's'],
    ['otelephant_scraper_last_success', 'gauge', false, 'double', 's'],
    ['otelephant_scraper_scrapes', 'sum', true, 'int', '{scrape}'],
  ])
  expect(second?.length).toBe(3)
  for (const [index, series] of (second ?? []).entries()) expect(series).toBe(first?.[index])
  expect(new Set(first?.map((series) => series.key)).size).toBe(3)
})

test('the resource is the collector, apart from every server', async () => {
  const { receiver, batches } = internal()
  await receiver.collect(neverAborted())
  expect(batches[0]?.resource.attributes).toEqual({
    'service.name': 'otelephant',
    'service.version': '1.2.3',
    'service.instance.id': `collector-1:${process.pid}`,
  })
  const named = internal({ instance: 'otelephant-0' })
  await named.receiver.collect(neverAborted())
  expect(named.batches[0]?.resource.attributes['service.instance.id']).toBe('otelephant-0')
})

test('the result is complete, and its epoch is that of the instruments: another in another process', async () => {
  const { receiver, clock, own, batches } = internal()
  await receiver.collect(neverAborted())
  expect(batches[0]?.reading).toEqual({
    query: 'internal',
    filter: 'all',
    startedMs: clock.now(),
    timeMs: clock.now(),
    epoch: { server: own.startId, witnesses: [] },
    completes: true,
  })
  expect(internal().own.startId).not.toBe(own.startId)
})

test('an instrument that cannot be read leaves the others, and the result is not complete', async () => {
  const { receiver, meter, batches } = internal()
  scraperTelemetry(meter, 'postgresql/orders').scraped('table', 'metrics', 11)
  meter.createObservableGauge('broken').addCallback(() => {
    throw new Error('no such queue')
  })
  await receiver.collect(neverAborted())
  expect(batches.map(({ points, reading }) => [points.length, reading.completes])).toEqual([[1, false]])
})

test('more series than the limit of the SDK are all counted', async () => {
  const { receiver, meter, batches } = internal()
  const telemetry = scraperTelemetry(meter, 'postgresql/orders')
  for (let index = 0; index < 2_500; index++) telemetry.scraped(`scraper${index}`, 'metrics', 3)
  await receiver.collect(neverAborted())
  expect(batches[0]?.points).toHaveLength(2_500)
})

test('the collection interval is a minute unless told otherwise, and longer than 0', () => {
  expect(internalConfig.parse({})).toEqual({ collection_interval: 60_000 })
  expect(internalConfig.parse({ collection_interval: '15s' })).toEqual({ collection_interval: 15_000 })
  expect(internalConfig.safeParse({ collection_interval: '0' }).success).toBe(false)
})
