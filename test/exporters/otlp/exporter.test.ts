import { expect, test } from 'vitest'
import { noExporterTelemetry } from '../../../src/exporters/otlp/account/exporter-telemetry.ts'
import { MemoryStore } from '../../../src/exporters/otlp/queue/memory-store.ts'
import { newRelicLimits } from '../../../src/exporters/otlp/wire/limits.ts'
import {
  at,
  backends,
  batch,
  commits,
  lag,
  orders,
  point,
  reading,
  scope,
  series,
} from '../../deltas/support/points.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { decodeRequest, pointsOf } from './support/decode-request.ts'
import { exporterTo } from './support/exporter-under-test.ts'
import { LastingStore } from './support/lasting-store.ts'
import { OtlpServer, type ReceivedRequest } from './support/otlp-server.ts'

const counter = series(commits)
const decoded = (request: ReceivedRequest | undefined) => pointsOf(decodeRequest(request?.body ?? new Uint8Array()))

test('a delta arrives under its resource, with its times', async ({ signal }) => {
  await using server = await OtlpServer.listen()
  await using under = await exporterTo(server.url)
  await under.exporter.consume(batch(reading(10), [point(counter, 700)]), signal)
  await under.exporter.consume(batch(reading(40), [point(counter, 742), point(series(lag), 1.5)]), signal)
  await under.exporter.flush(signal)
  expect(server.received).toHaveLength(1)
  expect(decoded(server.received[0])).toEqual([
    {
      metric: 'postgresql.commits',
      attributes: { 'db.namespace': 'orders' },
      resource: orders.attributes,
      value: 42,
      startMs: at(10),
      endMs: at(40),
      temporality: 'delta',
    },
    {
      metric: 'postgresql.wal.lag',
      attributes: { 'db.namespace': 'orders' },
      resource: orders.attributes,
      value: 1.5,
      startMs: at(40),
      endMs: at(40),
      temporality: undefined,
    },
  ])
  expect(under.exporter.account()).toEqual({
    consumed: 3,
    sent: 2,
    queued: 0,
    dropped: {},
    absorbed: { first_sight: 1 },
  })
})

test('a request names the exporter and the encoding, and carries the unit but no description', async ({ signal }) => {
  await using server = await OtlpServer.listen()
  await using under = await exporterTo(server.url)
  await under.exporter.consume(batch(reading(10), [point(series(backends), 12)]), signal)
  await under.exporter.flush(signal)
  const [request] = server.received
  expect(request?.path).toBe('/v1/metrics')
  expect(request?.headers).toMatchObject({
    'api-key': 'key-of-the-test',
    'user-agent': 'otelephant/7.8.9',
    'content-encoding': 'zstd',
    'content-type': 'application/x-protobuf',
  })
  const [resource] = decodeRequest(request?.body ?? new Uint8Array()).resourceMetrics
  expect(resource?.scopeMetrics).toMatchObject([
    { scope, metrics: [{ name: 'postgresql.backends', unit: '{backend}', sum: { isMonotonic: false } }] },
  ])
  expect(resource?.scopeMetrics[0]?.metrics[0]?.description ?? '').toBe('')
})

for (const encoding of ['protobuf', 'json'] as const) {
  for (const compression of ['zstd', 'gzip', 'none'] as const) {
    test(`${encoding} with ${compression} arrives`, async ({ signal }) => {
      await using server = await OtlpServer.listen()
      await using under = await exporterTo(server.url, { target: { encoding, compression } })
      await under.exporter.consume(batch(reading(10), [point(series(backends), 12)]), signal)
      await under.exporter.flush(signal)
      const [request] = server.received
      expect(pointsOf(decodeRequest(request?.body ?? new Uint8Array(), encoding))).toMatchObject([{ value: 12 }])
      expect(request?.headers['content-encoding']).toBe(compression === 'none' ? undefined : compression)
    })
  }
}

test('batches of several receivers that come within the flush timeout share a request', async ({ signal }) => {
  await using server = await OtlpServer.listen()
  const clock = new FakeClock()
  await using under = await exporterTo(server.url, { clock, target: { flushTimeoutMs: 200 } })
  const billing = { attributes: { 'service.instance.id': 'billing:5433' } }
  const taken = Promise.all([
    under.exporter.consume(batch(reading(10), [point(series(backends), 12)]), signal),
    under.exporter.consume(batch(reading(10, { query: 'other' }), [point(series(backends), 34)], billing), signal),
  ])
  await clock.advance(199)
  expect(under.store.size().requests).toBe(0)
  await clock.advance(1)
  await taken
  await under.exporter.flush(signal)
  expect(server.received).toHaveLength(1)
  expect(decoded(server.received[0]).map(({ resource, value }) => [resource['service.instance.id'], value])).toEqual([
    ['db.example.com:5432', 12],
    ['billing:5433', 34],
  ])
})

test('a later batch of a request is compared with the earlier one in it', async ({ signal }) => {
  await using server = await OtlpServer.listen()
  const clock = new FakeClock()
  await using under = await exporterTo(server.url, { clock, target: { flushTimeoutMs: 200 } })
  const taken = [700, 742, 749].map((value, index) =>
    under.exporter.consume(batch(reading(10 + index), [point(counter, value)]), signal),
  )
  await clock.advance(200)
  await Promise.all(taken)
  await under.exporter.flush(signal)
  expect(decoded(server.received[0]).map(({ value }) => value)).toEqual([42, 7])
})

test('the same batch given twice at once is taken twice and counted once', async ({ signal }) => {
  await using server = await OtlpServer.listen()
  await using under = await exporterTo(server.url)
  await under.exporter.consume(batch(reading(10), [point(counter, 700)]), signal)
  const shared = batch(reading(40), [point(counter, 742)])
  await Promise.all([under.exporter.consume(shared, signal), under.exporter.consume(shared, signal)])
  await under.exporter.flush(signal)
  expect(server.received.flatMap(decoded).map(({ value }) => value)).toEqual([42, 0])
})

test('no request is bigger than a million bytes before compression, and no point is missing', async ({ signal }) => {
  await using server = await OtlpServer.listen()
  await using under = await exporterTo(server.url, { store: new MemoryStore({ capacityBytes: 1e8 }) })
  // Characters of three bytes each and no two points alike.
  const wide = Array.from({ length: 9_000 }, (_, index) =>
    point(series(backends, { text: '象'.repeat(150), index: `n${index}` }), index + 1),
  )
  await under.exporter.consume(batch(reading(10), wide), signal)
  await under.exporter.flush(signal)
  for (const { body } of server.received) expect(body.byteLength).toBeLessThanOrEqual(1_000_000)
  const values = server.received.flatMap(decoded).map(({ value }) => value)
  expect(new Set(values).size).toBe(9_000)
  expect(values).toHaveLength(9_000)
})

test('a request that its estimate got wrong is encoded again in halves', async ({ signal }) => {
  await using server = await OtlpServer.listen()
  await using under = await exporterTo(server.url, { target: { encoding: 'json' } })
  // JSON escapes each of these to six bytes.
  const escaped = Array.from({ length: 60 }, (_, index) =>
    point(series(backends, { text: '\u0001'.repeat(4_000), index }), index + 1),
  )
  await under.exporter.consume(batch(reading(10), escaped), signal)
  await under.exporter.flush(signal)
  expect(server.received).toHaveLength(2)
  for (const { body } of server.received) expect(body.byteLength).toBeLessThanOrEqual(1_000_000)
  const sent = server.received.flatMap(({ body }) => pointsOf(decodeRequest(body, 'json')))
  expect(sent.reduce((sum, { value }) => sum + value, 0)).toBe((60 * 61) / 2)
})

test('a point that is too big for any request is dropped and counted', async ({ signal }) => {
  await using server = await OtlpServer.listen()
  await using under = await exporterTo(server.url)
  const huge = point(series(backends, { text: 'x'.repeat(1_000_001) }), 3)
  await under.exporter.consume(batch(reading(10), [huge, point(series(backends), 12)]), signal)
  await under.exporter.flush(signal)
  expect(server.received.flatMap(decoded).map(({ value }) => value)).toEqual([12])
  expect(under.exporter.account()).toMatchObject({ consumed: 2, sent: 1, dropped: { too_large: 1 } })
})

test("New Relic's limits are kept where they are set", async ({ signal }) => {
  await using server = await OtlpServer.listen()
  await using under = await exporterTo(server.url, { target: { limits: newRelicLimits } })
  const long = series(backends, { text: 'y'.repeat(5_000), value: 'reserved' })
  await under.exporter.consume(batch(reading(10), [point(long, 12)]), signal)
  await under.exporter.flush(signal)
  expect(decoded(server.received[0])[0]?.attributes).toEqual({ text: 'y'.repeat(4_095), 'attribute.value': 'reserved' })
})

test('a full queue refuses, no baseline moves, and the increments come with the next scrape', async ({ signal }) => {
  await using server = await OtlpServer.listen()
  const clock = new FakeClock()
  server.answer = (response) => response.writeHead(503).end()
  const refused: number[] = []
  const telemetry = { metrics: { ...noExporterTelemetry, enqueueFailed: (points: number) => refused.push(points) } }
  const store = new MemoryStore({ capacityBytes: 300 })
  await using under = await exporterTo(server.url, { clock, store, telemetry })
  const take = async (second: number, value: number) => {
    const taken = under.exporter.consume(batch(reading(second), [point(counter, value)]), signal)
    await Promise.all([clock.advance(1), taken])
  }
  await take(10, 700)
  await take(40, 701)
  await expect(take(70, 709).then(() => take(100, 711))).rejects.toThrow('the sending queue is full')
  expect(refused).toEqual([1])
  const { consumed, queued } = under.exporter.account()
  expect(consumed).toBe(queued + 1)

  server.answer = (response) => response.writeHead(202).end()
  const flushed = under.exporter.flush(signal)
  await clock.whenSleeping(1, signal)
  await clock.advance(60_000)
  await flushed
  await take(130, 720)
  await under.exporter.flush(signal)
  const accepted = server.received.filter((_, index) => index > 0).flatMap(decoded)
  expect(accepted.reduce((sum, { value }) => sum + value, 0)).toBe(20)
})

test('a result of which a part was withdrawn never passes for complete', async ({ signal }) => {
  await using server = await OtlpServer.listen()
  const clock = new FakeClock()
  await using under = await exporterTo(server.url, { clock, target: { flushTimeoutMs: 200 } })
  const withdrawn = new AbortController()
  const first = batch(reading(10, { startedMs: at(9), completes: false }), [point(counter, 9_000)])
  const last = batch(reading(11, { startedMs: at(9) }), [point(series(backends), 12)])
  const lost = under.exporter.consume(first, withdrawn.signal)
  const taken = under.exporter.consume(last, signal)
  withdrawn.abort(new Error('the scrape was cancelled'))
  await expect(lost).rejects.toThrow('the scrape was cancelled')
  await clock.advance(200)
  await taken
  const next = under.exporter.consume(batch(reading(40), [point(counter, 9_001)]), signal)
  await clock.advance(200)
  await next
  expect(under.exporter.account().absorbed).toEqual({ first_sight: 1 })
})

test('an empty complete result says that nothing existed', async ({ signal }) => {
  await using server = await OtlpServer.listen()
  await using under = await exporterTo(server.url)
  await under.exporter.consume(batch(reading(10), []), signal)
  await under.exporter.consume(batch(reading(40), [point(counter, 33)]), signal)
  await under.exporter.flush(signal)
  expect(decoded(server.received[0])).toMatchObject([{ value: 33, startMs: at(10), endMs: at(40) }])
})

test('a store that a predecessor left is delivered, and its points are in the account', async ({ signal }) => {
  await using server = await OtlpServer.listen()
  server.answer = (response) => response.writeHead(503).end()
  const store = new LastingStore({ capacityBytes: 1_000_000 })
  const before = await exporterTo(server.url, { store })
  await before.exporter.consume(batch(reading(10), [point(series(backends), 12), point(counter, 700)]), signal)
  await server.whenReceived(1)
  await before.exporter.shutdown()
  expect(before.exporter.account()).toEqual({
    consumed: 2,
    sent: 0,
    queued: 1,
    dropped: {},
    absorbed: { first_sight: 1 },
  })

  server.answer = (response) => response.writeHead(202).end()
  await using after = await exporterTo(server.url, { store })
  await after.exporter.consume(batch(reading(40), [point(counter, 742)]), signal)
  await after.exporter.flush(signal)
  expect(after.exporter.account()).toEqual({ consumed: 2, sent: 2, queued: 0, dropped: {}, absorbed: {} })
})

test('a batch is refused after shutdown', async ({ signal }) => {
  await using server = await OtlpServer.listen()
  const under = await exporterTo(server.url)
  await under.exporter.shutdown()
  await expect(under.exporter.consume(batch(reading(10), [point(counter, 1)]), signal)).rejects.toThrow('shut down')
  expect(under.exporter.account().consumed).toBe(0)
})
