import type { Signal } from '../../pdata/signal.ts'

/**
 * What an exporter tells about itself, for the collector's own instruments. Of each signal there is one; what it counts
 * are data points or log records.
 */
export interface ExporterTelemetry {
  sent(items: number): void
  /** Given up: an attempt failed for good. */
  sendFailed(items: number): void
  /** Refused: a point's increments come again with the next scrape, a record is lost. */
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
