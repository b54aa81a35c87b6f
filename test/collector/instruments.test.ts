import { ValueType } from '@opentelemetry/api'
import { DataPointType } from '@opentelemetry/sdk-metrics'
import { expect, test } from 'vitest'
import { instruments as postgresqlInstruments } from '../../generated/postgresql/telemetry.ts'
import { type ExporterTelemetry, exporterTelemetry } from '../../src/exporters/otlp/account/exporter-telemetry.ts'
import { observeQueue } from '../../src/exporters/otlp/account/observe-queue.ts'
import { ownTelemetry } from '../../src/receivers/internal/own-telemetry.ts'
import { observeProcess } from '../../src/receivers/internal/process-telemetry.ts'
import { type ScraperTelemetry, scraperTelemetry } from '../../src/scraper/scraper-telemetry.ts'

/** A meter, and all that was recorded on it: `name{attribute=value,...}` to value. */
function measured() {
  const { meter, collect } = ownTelemetry({ name: 'otelephant', version: '1.2.3' })
  const values = async () => {
    const found: Record<string, unknown> = {}
    for (const metric of (await collect()).resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics)) {
      for (const { attributes, value } of metric.dataPoints) {
        const labels = Object.entries(attributes).map(([name, attribute]) => `${name}=${String(attribute)}`)
        found[`${metric.descriptor.name}{${labels.sort().join(',')}}`] = value
      }
    }
    return found
  }
  return { meter, collect, values }
}

test('what a scraper controller tells is counted by receiver and scraper', async () => {
  const { meter, values } = measured()
  const orders: ScraperTelemetry = scraperTelemetry(meter, 'postgresql/orders')
  orders.scraped('table', 'metrics', 11)
  orders.scraped('table', 'metrics', 12)
  orders.errored('table', 3)
  orders.accepted('metrics', 21)
  orders.refused('metrics', 2)
  orders.duration('table', 1_250, 'ok')
  orders.duration('table', 250, 'failed')
  orders.skippedTicks('table', 4)
  orders.lastSuccess('table', 1_900_000_000_500)
  scraperTelemetry(meter, 'postgresql/hr').scraped('table', 'metrics', 5)
  expect(await values()).toEqual({
    'otelcol_scraper_scraped_metric_points{receiver=postgresql/orders,scraper=table}': 23,
    'otelcol_scraper_scraped_metric_points{receiver=postgresql/hr,scraper=table}': 5,
    'otelcol_scraper_errored_metric_points{receiver=postgresql/orders,scraper=table}': 3,
    'otelcol_receiver_accepted_metric_points{receiver=postgresql/orders}': 21,
    'otelcol_receiver_refused_metric_points{receiver=postgresql/orders}': 2,
    'otelephant_scraper_scrapes{outcome=ok,receiver=postgresql/orders,scraper=table}': 1,
    'otelephant_scraper_scrapes{outcome=failed,receiver=postgresql/orders,scraper=table}': 1,
    'otelephant_scraper_duration{receiver=postgresql/orders,scraper=table}': 1.5,
    'otelephant_scraper_skipped_ticks{receiver=postgresql/orders,scraper=table}': 4,
    'otelephant_scraper_last_success{receiver=postgresql/orders,scraper=table}': 1_900_000_000.5,
  })
})

test('what an exporter tells is counted by exporter', async () => {
  const { meter, values } = measured()
  const telemetry: ExporterTelemetry = exporterTelemetry(meter, 'newrelic', 'metrics')
  telemetry.sent(31)
  telemetry.sendFailed(6)
  telemetry.enqueueFailed(7)
  telemetry.dropped('rejected', 8)
  telemetry.absorbed('zero', 9)
  telemetry.request(202, 1_500, 4_000, 400)
  telemetry.retry()
  expect(await values()).toEqual({
    'otelcol_exporter_sent_metric_points{exporter=newrelic}': 31,
    'otelcol_exporter_send_failed_metric_points{exporter=newrelic}': 6,
    'otelcol_exporter_enqueue_failed_metric_points{exporter=newrelic}': 7,
    'otelephant_exporter_dropped_metric_points{exporter=newrelic,reason=rejected}': 8,
    'otelephant_exporter_absorbed_metric_points{exporter=newrelic,reason=zero}': 9,
    'otelephant_exporter_requests{exporter=newrelic,status=202}': 1,
    'otelephant_exporter_request_duration{exporter=newrelic}': 1.5,
    'otelephant_exporter_request_bytes{exporter=newrelic,stage=serialized}': 4_000,
    'otelephant_exporter_request_bytes{exporter=newrelic,stage=compressed}': 400,
    'otelephant_exporter_retries{exporter=newrelic}': 1,
  })
})

test('log records are counted beside data points', async () => {
  const { meter, values } = measured()
  const orders: ScraperTelemetry = scraperTelemetry(meter, 'postgresql/orders')
  orders.scraped('statements', 'logs', 11)
  orders.accepted('logs', 8)
  orders.refused('logs', 3)
  const telemetry: ExporterTelemetry = exporterTelemetry(meter, 'newrelic', 'logs')
  telemetry.sent(31)
  telemetry.sendFailed(6)
  telemetry.enqueueFailed(7)
  telemetry.dropped('rejected', 9)
  telemetry.retry()
  exporterTelemetry(meter, 'newrelic', 'metrics').retry()
  expect(await values()).toEqual({
    'otelcol_scraper_scraped_log_records{receiver=postgresql/orders,scraper=statements}': 11,
    'otelcol_receiver_accepted_log_records{receiver=postgresql/orders}': 8,
    'otelcol_receiver_refused_log_records{receiver=postgresql/orders}': 3,
    'otelcol_exporter_sent_log_records{exporter=newrelic}': 31,
    'otelcol_exporter_send_failed_log_records{exporter=newrelic}': 6,
    'otelcol_exporter_enqueue_failed_log_records{exporter=newrelic}': 7,
    'otelephant_exporter_dropped_log_records{exporter=newrelic,reason=rejected}': 9,
    'otelephant_exporter_retries{exporter=newrelic}': 2,
  })
})

test('queues are read at each collection, each until it is disposed', async () => {
  const { meter, values } = measured()
  let requests = 3
  const idle = { oldestAgeMs: undefined, inFlight: 0, breaker: 'closed' } as const
  using _newrelic = observeQueue(meter, 'newrelic', () => ({
    ...idle,
    requests,
    bytes: 1_000 * requests,
    oldestAgeMs: 61_500,
    inFlight: 7,
    breaker: 'open',
  }))
  const otlp = observeQueue(meter, 'otlp', () => ({ ...idle, requests: 8, bytes: 80 }))
  expect(await values()).toEqual({
    'otelcol_exporter_queue_size{exporter=newrelic}': 3,
    'otelephant_exporter_queue_bytes{exporter=newrelic}': 3_000,
    'otelephant_exporter_queue_oldest_age{exporter=newrelic}': 61.5,
    'otelcol_exporter_in_flight_requests{exporter=newrelic}': 7,
    'otelephant_exporter_breaker_state{exporter=newrelic}': 2,
    'otelcol_exporter_queue_size{exporter=otlp}': 8,
    'otelephant_exporter_queue_bytes{exporter=otlp}': 80,
    'otelcol_exporter_in_flight_requests{exporter=otlp}': 0,
    'otelephant_exporter_breaker_state{exporter=otlp}': 0,
  })
  otlp[Symbol.dispose]()
  requests = 4
  expect(await values()).toMatchObject({ 'otelcol_exporter_queue_size{exporter=newrelic}': 4 })
})

test('what the process uses is read at each collection', async () => {
  const { meter, values } = measured()
  using _process = observeProcess(meter)
  const found = await values()
  const { rss, heapUsed } = process.memoryUsage()
  expect(Object.keys(found)).toHaveLength(4)
  expect(Number(found['otelcol_process_memory_rss{}']) / rss).toBeCloseTo(1, 0)
  expect(Number(found['otelcol_process_runtime_heap_alloc_bytes{}']) / heapUsed).toBeCloseTo(1, 0)
  const uptime = Number(found['otelcol_process_uptime{}'])
  expect(process.uptime() - uptime).toBeLessThan(5)
  const { user, system } = process.cpuUsage()
  expect((user + system) / 1e6 - Number(found['otelcol_process_cpu_seconds{}'])).toBeLessThan(5)
  expect(Number(found['otelcol_process_cpu_seconds{}'])).toBeGreaterThan(0)
})

/** The collector's own metrics as dashboards know them: name, kind (a sum is monotonic), unit, type of its values. */
const contract = `
otelcol_exporter_enqueue_failed_log_records sum {record} int
otelcol_exporter_enqueue_failed_metric_points sum {datapoint} int
otelcol_exporter_in_flight_requests gauge {request} int
otelcol_exporter_queue_size gauge {batch} int
otelcol_exporter_send_failed_log_records sum {record} int
otelcol_exporter_send_failed_metric_points sum {datapoint} int
otelcol_exporter_sent_log_records sum {record} int
otelcol_exporter_sent_metric_points sum {datapoint} int
otelcol_process_cpu_seconds sum s double
otelcol_process_memory_rss gauge By int
otelcol_process_runtime_heap_alloc_bytes gauge By int
otelcol_process_uptime sum s double
otelcol_receiver_accepted_log_records sum {record} int
otelcol_receiver_accepted_metric_points sum {datapoint} int
otelcol_receiver_refused_log_records sum {record} int
otelcol_receiver_refused_metric_points sum {datapoint} int
otelcol_scraper_errored_metric_points sum {datapoint} int
otelcol_scraper_scraped_log_records sum {record} int
otelcol_scraper_scraped_metric_points sum {datapoint} int
otelephant_exporter_absorbed_metric_points sum {datapoint} int
otelephant_exporter_breaker_state gauge 1 int
otelephant_exporter_dropped_log_records sum {record} int
otelephant_exporter_dropped_metric_points sum {datapoint} int
otelephant_exporter_queue_bytes gauge By int
otelephant_exporter_queue_oldest_age gauge s double
otelephant_exporter_request_bytes sum By int
otelephant_exporter_request_duration sum s double
otelephant_exporter_requests sum {request} int
otelephant_exporter_retries sum {request} int
otelephant_postgresql_connections sum {connection} int
otelephant_postgresql_plans sum {statement} int
otelephant_postgresql_queries sum {query} int
otelephant_postgresql_query_duration sum s double
otelephant_postgresql_skipped_samples sum {sample} int
otelephant_scraper_duration sum s double
otelephant_scraper_last_success gauge s double
otelephant_scraper_scrapes sum {scrape} int
otelephant_scraper_skipped_ticks sum {tick} int
`

test('every instrument has its name, kind, unit and type of value, and says what it is', async () => {
  const { meter, collect } = measured()
  using _process = observeProcess(meter)
  const queue = { requests: 3, bytes: 3_000, oldestAgeMs: 61_500, inFlight: 7, breaker: 'open' } as const
  using _queue = observeQueue(meter, 'newrelic', () => queue)
  const orders = scraperTelemetry(meter, 'postgresql/orders')
  orders.errored('table', 3)
  orders.duration('table', 1_250, 'ok')
  orders.skippedTicks('table', 4)
  orders.lastSuccess('table', 1_900_000_000_500)
  for (const signal of ['metrics', 'logs'] as const) {
    orders.scraped('table', signal, 11)
    orders.accepted(signal, 8)
    orders.refused(signal, 2)
    const newrelic = exporterTelemetry(meter, 'newrelic', signal)
    newrelic.sent(31)
    newrelic.sendFailed(6)
    newrelic.enqueueFailed(7)
    newrelic.dropped('rejected', 9)
    newrelic.absorbed('zero', 5)
    newrelic.request(202, 1_500, 4_000, 400)
    newrelic.retry()
  }
  for (const instrument of Object.values(postgresqlInstruments(meter))) recordOne(instrument)
  const metrics = (await collect()).resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics)
  const shown = metrics.map(({ descriptor: { name, unit, valueType }, dataPointType, ...metric }) => {
    const kind = dataPointType === DataPointType.GAUGE ? 'gauge' : 'sum'
    if ('isMonotonic' in metric && dataPointType === DataPointType.SUM) expect(metric.isMonotonic, name).toBe(true)
    return `${name} ${kind} ${unit} ${valueType === ValueType.INT ? 'int' : 'double'}`
  })
  expect(shown.toSorted()).toEqual(contract.trim().split('\n'))
  for (const { descriptor } of metrics) expect(descriptor.description, descriptor.name).toMatch(/^[A-Z].{15,}\.$/)
})

/** One value, whatever its attributes are. */
function recordOne(counter: { add(value: number): void }): void {
  counter.add(17)
}
