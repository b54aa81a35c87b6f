/** What an exporter tells about itself, for the collector's own instruments. All counts are points. */
export interface ExporterTelemetry {
  sent(points: number): void
  /** Given up: an attempt failed for good. */
  sendFailed(points: number): void
  /** Refused: nothing is lost, the increments come again with the next scrape. */
  enqueueFailed(points: number): void
  dropped(reason: string, points: number): void
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
