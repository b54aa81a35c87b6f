import type { BatchObservableCallback, Meter } from '@opentelemetry/api'
import { counter, observableGauge } from './instruments.ts'

/**
 * What an exporter tells (ExporterTelemetry), onto the meter.
 * @param exporter the exporter's id, an attribute of every point
 */
export function exporterTelemetry(meter: Meter, exporter: string) {
  const sentPoints = counter(meter, 'otelcol_exporter_sent_metric_points')
  const failedPoints = counter(meter, 'otelcol_exporter_send_failed_metric_points')
  const notEnqueuedPoints = counter(meter, 'otelcol_exporter_enqueue_failed_metric_points')
  const droppedPoints = counter(meter, 'otelephant_exporter_dropped_metric_points')
  const absorbedPoints = counter(meter, 'otelephant_exporter_absorbed_metric_points')
  const requests = counter(meter, 'otelephant_exporter_requests')
  const durations = counter(meter, 'otelephant_exporter_request_duration')
  const bytes = counter(meter, 'otelephant_exporter_request_bytes')
  const retries = counter(meter, 'otelephant_exporter_retries')
  return {
    sent: (points: number) => sentPoints.add(points, { exporter }),
    sendFailed: (points: number) => failedPoints.add(points, { exporter }),
    enqueueFailed: (points: number) => notEnqueuedPoints.add(points, { exporter }),
    dropped: (reason: string, points: number) => droppedPoints.add(points, { exporter, reason }),
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

/** Reads a queue's size at each collection, until disposed. */
export function observeQueue(
  meter: Meter,
  exporter: string,
  read: () => { readonly requests: number; readonly bytes: number },
): Disposable {
  const size = observableGauge(meter, 'otelcol_exporter_queue_size')
  const bytes = observableGauge(meter, 'otelephant_exporter_queue_bytes')
  const observe: BatchObservableCallback = (result) => {
    const queue = read()
    result.observe(size, queue.requests, { exporter, data_type: 'metrics' })
    result.observe(bytes, queue.bytes, { exporter, data_type: 'metrics' })
  }
  meter.addBatchObservableCallback(observe, [size, bytes])
  return { [Symbol.dispose]: () => meter.removeBatchObservableCallback(observe, [size, bytes]) }
}
