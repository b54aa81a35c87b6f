import { metrics } from '@opentelemetry/api'
import { expect, test } from 'vitest'
import { systemClock } from '../../../src/component/clock.ts'
import { otlpHttpConfig } from '../../../src/exporters/otlp/otlp-http-config.ts'
import { otlpHttpExporter } from '../../../src/exporters/otlp/otlp-http-exporter.ts'
import type { Batch } from '../../../src/pdata/batch.ts'
import { at, backends, batch, commits, epoch, point, reading, series } from '../../deltas/support/points.ts'
import { memoryLogger } from '../../support/memory-logger.ts'
import { temporaryFolder } from './queue/support/store-samples.ts'
import { decodeRequest, pointsOf } from './support/decode-request.ts'
import { OtlpServer } from './support/otlp-server.ts'

/** An exporter as a process has it that runs from here to the end of the block. */
async function processWith(url: string, storage: string) {
  const logger = memoryLogger()
  const config = otlpHttpConfig.parse({
    endpoint: url,
    temporality: 'delta',
    compression: 'none',
    batch: { flush_timeout: '0s' },
    retry_on_failure: { initial_interval: '1ms', max_interval: '1ms' },
    sending_queue: { storage },
  })
  const settings = {
    id: 'otlp_http/a',
    clock: systemClock(),
    logger,
    meter: metrics.getMeter('test'),
    version: '7.8.9',
    hostName: 'here',
    env: {},
  }
  const store = otlpHttpExporter.createStore(config, settings)
  const exporter = otlpHttpExporter.create(config, settings, store)
  await exporter.start({ report() {} })
  return {
    exporter,
    lines: logger.lines,
    async [Symbol.asyncDispose]() {
      await exporter.shutdown()
      store[Symbol.dispose]()
    },
  }
}

const counter = series(commits)
/** The same series under another name, in another vocabulary. */
const renamed = { metric: commits, attributes: { 'postgresql.database.name': 'orders_v2' }, key: counter.key }
const elsewhere: Batch['resource'] = { attributes: { 'service.instance.id': 'other-host:5432' } }

/** Read again after a restart: another object of the same texts, on a clock that was set anew. */
const sameEpoch = () => {
  const { server, witnesses } = epoch()
  return { server, witnesses: witnesses.map((witness) => ({ ...witness, timeMs: (witness.timeMs ?? 0) + 0.25 })) }
}

test('after a restart deltas go on from the last queued sample, whatever was renamed in between', async ({
  signal,
}) => {
  using folder = temporaryFolder()
  await using server = await OtlpServer.listen()
  server.answer = (response) => response.writeHead(503).end()
  {
    await using before = await processWith(server.url, folder.path)
    await before.exporter.consume(batch(reading(10), [point(counter, 700)]), signal)
    await before.exporter.consume(batch(reading(40), [point(counter, 742)]), signal)
    await before.exporter.consume(batch(reading(50, { query: 'backends' }), [point(series(backends), 3)]), signal)
    await server.whenReceived(1)
    await before.exporter.shutdown()
    expect(before.exporter.account()).toMatchObject({ consumed: 3, queued: 2, sent: 0, absorbed: { first_sight: 1 } })
  }
  const received = server.received.length
  server.answer = (response) => response.writeHead(202).end()
  await using after = await processWith(server.url, folder.path)
  expect(after.exporter.account()).toMatchObject({ consumed: 2, queued: 2 })
  const later = batch(reading(3_700, { epoch: sameEpoch() }), [point(renamed, 1_742)], elsewhere)
  await after.exporter.consume(later, signal)
  await after.exporter.flush(signal)
  const deltas = server.received
    .slice(received)
    .flatMap(({ body }) => pointsOf(decodeRequest(body)))
    .filter(({ metric }) => metric === commits.name)
    .toSorted((a, b) => a.startMs - b.startMs)
  expect(deltas).toMatchObject([
    { value: 42, startMs: at(10), endMs: at(40), attributes: { 'db.namespace': 'orders' } },
    { value: 1_000, startMs: at(40), endMs: at(3_700), attributes: { 'postgresql.database.name': 'orders_v2' } },
  ])
  expect(after.exporter.account()).toEqual({ consumed: 3, sent: 3, queued: 0, dropped: {}, absorbed: {} })
})

test('a series that is born while the collector is down counts from zero, from the last complete result on', async ({
  signal,
}) => {
  using folder = temporaryFolder()
  await using server = await OtlpServer.listen()
  const born = series(commits, { 'db.namespace': 'born' })
  {
    await using before = await processWith(server.url, folder.path)
    await before.exporter.consume(batch(reading(10), [point(counter, 700)]), signal)
  }
  await using after = await processWith(server.url, folder.path)
  await after.exporter.consume(
    batch(reading(900, { epoch: sameEpoch() }), [point(counter, 700), point(born, 55)]),
    signal,
  )
  await after.exporter.flush(signal)
  expect(server.received.flatMap(({ body }) => pointsOf(decodeRequest(body)))).toMatchObject([
    { value: 0, startMs: at(10), endMs: at(900) },
    { value: 55, startMs: at(10), endMs: at(900) },
  ])
})
