import type { Meter } from '@opentelemetry/api'
import { type Instruments, instruments } from '../../../../generated/otlp/telemetry.ts'
import type { Signal } from '../../../pdata/signal.ts'

/**
 * What an exporter records about one signal on the collector's own instruments. Items are data points or log records.
 */
export interface ExporterTelemetry {
  sent(items: number): void
  /** Lost because sending them failed for good. */
  sendFailed(items: number): void
  /** The queue refused them: a point's increments come with a later scrape, a record is lost. */
  enqueueFailed(items: number): void
  dropped(reason: string, items: number): void
  /** There is nothing to send of a point. */
  absorbed(reason: string, points: number): void
  /**
   * One HTTP attempt.
   * @param status the HTTP status, or a short word where there was none
   */
  request(status: number | string, durationMs: number, bytesBefore: number, bytesAfter: number): void
  /** An attempt failed and its request will be sent again. */
  retry(): void
}

export const noExporterTelemetry: ExporterTelemetry = {
  sent() {},
  sendFailed() {},
  enqueueFailed() {},
  dropped() {},
  absorbed() {},
  request() {},
  retry() {},
}

export type SignalTelemetry = Readonly<Record<Signal, ExporterTelemetry>>

export const noSignalTelemetry: SignalTelemetry = { metrics: noExporterTelemetry, logs: noExporterTelemetry }

/**
 * Records what an exporter does with one signal on the collector's own instruments.
 * @param exporter the exporter's id, an attribute of every point
 */
export function exporterTelemetry(meter: Meter, exporter: string, signal: Signal): ExporterTelemetry {
  const own = instruments(meter)
  const { sent, sendFailed, enqueueFailed, dropped } = itemCounters(own)[signal]
  return {
    sent: (items) => sent.add(items, { exporter }),
    sendFailed: (items) => sendFailed.add(items, { exporter }),
    enqueueFailed: (items) => enqueueFailed.add(items, { exporter }),
    dropped: (reason, items) => dropped.add(items, { exporter, reason }),
    absorbed: (reason, points) => own.otelephantExporterAbsorbedMetricPoints.add(points, { exporter, reason }),
    request(status, durationMs, bytesBefore, bytesAfter) {
      own.otelephantExporterRequests.add(1, { exporter, status: String(status) })
      own.otelephantExporterRequestDuration.add(durationMs / 1_000, { exporter })
      own.otelephantExporterRequestBytes.add(bytesBefore, { exporter, stage: 'serialized' })
      own.otelephantExporterRequestBytes.add(bytesAfter, { exporter, stage: 'compressed' })
    },
    retry: () => own.otelephantExporterRetries.add(1, { exporter }),
  }
}

/** The counters of items: data points or log records. */
function itemCounters(own: Instruments) {
  return {
    metrics: {
      sent: own.otelcolExporterSentMetricPoints,
      sendFailed: own.otelcolExporterSendFailedMetricPoints,
      enqueueFailed: own.otelcolExporterEnqueueFailedMetricPoints,
      dropped: own.otelephantExporterDroppedMetricPoints,
    },
    logs: {
      sent: own.otelcolExporterSentLogRecords,
      sendFailed: own.otelcolExporterSendFailedLogRecords,
      enqueueFailed: own.otelcolExporterEnqueueFailedLogRecords,
      dropped: own.otelephantExporterDroppedLogRecords,
    },
  } as const
}
