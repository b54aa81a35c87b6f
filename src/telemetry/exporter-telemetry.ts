import type { BatchObservableCallback, Meter } from '@opentelemetry/api'
import { counter, observableGauge } from './instruments.ts'

/** The counters of items: data points or log records. */
const itemCounters = {
  metrics: {
    sent: 'otelcol_exporter_sent_metric_points',
    sendFailed: 'otelcol_exporter_send_failed_metric_points',
    enqueueFailed: 'otelcol_exporter_enqueue_failed_metric_points',
    dropped: 'otelephant_exporter_dropped_metric_points',
  },
  logs: {
    sent: 'otelcol_exporter_sent_log_records',
    sendFailed: 'otelcol_exporter_send_failed_log_records',
    enqueueFailed: 'otelcol_exporter_enqueue_failed_log_records',
    dropped: 'otelephant_exporter_dropped_log_records',
  },
} as const

/**
 * What an exporter tells of one signal (ExporterTelemetry), onto the meter.
 * @param exporter the exporter's id, an attribute of every point
 */
export function exporterTelemetry(meter: Meter, exporter: string, signal: keyof typeof itemCounters) {
  const sent = counter(meter, itemCounters[signal].sent)
  const sendFailed = counter(meter, itemCounters[signal].sendFailed)
  const enqueueFailed = counter(meter, itemCounters[signal].enqueueFailed)
  const dropped = counter(meter, itemCounters[signal].dropped)
  const absorbedPoints = counter(meter, 'otelephant_exporter_absorbed_metric_points')
  const requests = counter(meter, 'otelephant_exporter_requests')
  const durations = counter(meter, 'otelephant_exporter_request_duration')
  const bytes = counter(meter, 'otelephant_exporter_request_bytes')
  const retries = counter(meter, 'otelephant_exporter_retries')
  return {
    sent: (items: number) => sent.add(items, { exporter }),
    sendFailed: (items: number) => sendFailed.add(items, { exporter }),
    enqueueFailed: (items: number) => enqueueFailed.add(items, { exporter }),
    dropped: (reason: string, items: number) => dropped.add(items, { exporter, reason }),
    absorbed: (reason: string, points: number) => absorbedPoints.add(points, { exporter, reason }),
    /** @param status the HTTP status, or the kind of failure where there was no answer */
    request(status: number | string, durationMs: number, bytesBefore: number, bytesAfter: number) {
      requests.add(1, { exporter, status: String(status) })
      durations.add(durationMs / 1_000, { exporter })
      bytes.add(bytesBefore, { exporter, stage: 'serialized' })
      bytes.add(bytesAfter, { exporter, stage: 'compressed' })
    },
    retry: () => retries.add(1, { exporter }),
  }
}

/** As the values of `otelephant_exporter_breaker_state`. */
const breakerStates = { closed: 0, half_open: 1, open: 2 } as const

/** Reads what an exporter's queue and endpoint are like at each collection, until disposed. */
export function observeQueue(
  meter: Meter,
  exporter: string,
  read: () => {
    readonly requests: number
    readonly bytes: number
    /** Nothing is told of it where nothing waits. */
    readonly oldestAgeMs: number | undefined
    readonly inFlight: number
    readonly breaker: keyof typeof breakerStates
  },
): Disposable {
  const size = observableGauge(meter, 'otelcol_exporter_queue_size')
  const bytes = observableGauge(meter, 'otelephant_exporter_queue_bytes')
  const age = observableGauge(meter, 'otelephant_exporter_queue_oldest_age')
  const inFlight = observableGauge(meter, 'otelcol_exporter_in_flight_requests')
  const breaker = observableGauge(meter, 'otelephant_exporter_breaker_state')
  const observe: BatchObservableCallback = (result) => {
    const now = read()
    result.observe(size, now.requests, { exporter })
    result.observe(bytes, now.bytes, { exporter })
    if (now.oldestAgeMs !== undefined) result.observe(age, now.oldestAgeMs / 1_000, { exporter })
    result.observe(inFlight, now.inFlight, { exporter })
    result.observe(breaker, breakerStates[now.breaker], { exporter })
  }
  const all = [size, bytes, age, inFlight, breaker]
  meter.addBatchObservableCallback(observe, all)
  return { [Symbol.dispose]: () => meter.removeBatchObservableCallback(observe, all) }
}
