import {
  AggregationTemporality,
  InstrumentType,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { expect, test, vi } from 'vitest'
import { SdkPushExporter } from '../../../../src/exporters/otlp/sdk-push-exporter.ts'
import { decodeRequest, pointsOf } from '../support/decode-request.ts'
import { exporterTo } from '../support/exporter-under-test.ts'
import { OtlpServer } from '../support/otlp-server.ts'

test('as an exporter of the SDK it starts by itself, and forceFlush delivers', async () => {
  await using server = await OtlpServer.listen()
  await using under = await exporterTo(server.url, { start: false })
  const reader = new PeriodicExportingMetricReader({
    exporter: new SdkPushExporter(under.exporter),
    exportIntervalMillis: 3_600_000,
  })
  const provider = new MeterProvider({ readers: [reader] })
  const meter = provider.getMeter('test', '7.8.9')
  meter.createCounter('orders').add(42, { shop: 'north' })
  meter.createHistogram('latency').record(12)
  await provider.forceFlush()
  const decoded = decodeRequest(server.received[0]?.body ?? new Uint8Array())
  expect(pointsOf(decoded)).toMatchObject([
    { metric: 'orders', attributes: { shop: 'north' }, value: 42, temporality: 'cumulative' },
  ])
  const [, latency] = decoded.resourceMetrics[0]?.scopeMetrics[0]?.metrics ?? []
  expect(latency).toMatchObject({ name: 'latency', histogram: { aggregationTemporality: 1 } })
  expect(under.exporter.account()).toMatchObject({ consumed: 2, sent: 2, queued: 0 })
  expect(under.statuses).toEqual([])
  // It collects once more and delivers that too.
  await provider.shutdown()
  expect(under.exporter.account()).toMatchObject({ consumed: 3, sent: 3, queued: 0 })
})

test('an export that is too big for one request is split', async () => {
  await using server = await OtlpServer.listen()
  await using under = await exporterTo(server.url, { start: false })
  const reader = new PeriodicExportingMetricReader({
    exporter: new SdkPushExporter(under.exporter),
    exportIntervalMillis: 3_600_000,
  })
  const provider = new MeterProvider({ readers: [reader] })
  const counter = provider.getMeter('test').createCounter('orders')
  for (let index = 1; index <= 1_000; index++) counter.add(index, { text: `${index} ${'x'.repeat(1_500)}` })
  await provider.shutdown()
  expect(server.received.length).toBeGreaterThan(1)
  for (const { body } of server.received) expect(body.byteLength).toBeLessThanOrEqual(1_000_000)
  const values = server.received.flatMap(({ body }) => pointsOf(decodeRequest(body))).map(({ value }) => value)
  expect(values.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 1_000 }, (_, index) => index + 1))
})

test('it prefers cumulative sums and delta histograms, whatever the environment says', async ({ onTestFinished }) => {
  vi.stubEnv('OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE', 'delta')
  onTestFinished(() => {
    vi.unstubAllEnvs()
  })
  await using under = await exporterTo('http://127.0.0.1:1')
  const exporter = new SdkPushExporter(under.exporter)
  expect(exporter.selectAggregationTemporality(InstrumentType.COUNTER)).toBe(AggregationTemporality.CUMULATIVE)
  expect(exporter.selectAggregationTemporality(InstrumentType.HISTOGRAM)).toBe(AggregationTemporality.DELTA)
})
