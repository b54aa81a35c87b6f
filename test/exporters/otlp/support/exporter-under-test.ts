import type { Clock } from '../../../../src/component/clock.ts'
import { systemClock } from '../../../../src/component/clock.ts'
import type { Status } from '../../../../src/component/status.ts'
import { noSignalTelemetry, type SignalTelemetry } from '../../../../src/exporters/otlp/account/exporter-telemetry.ts'
import { OtlpExporter } from '../../../../src/exporters/otlp/exporter.ts'
import type { OtlpTarget } from '../../../../src/exporters/otlp/exporter-settings.ts'
import { MemoryStore } from '../../../../src/exporters/otlp/queue/memory-store.ts'
import { memoryLogger } from '../../../support/memory-logger.ts'

export interface ExporterOptions {
  readonly target?: Partial<OtlpTarget>
  readonly clock?: Clock
  readonly store?: MemoryStore
  readonly shutdownTimeoutMs?: number
  readonly telemetry?: Partial<SignalTelemetry>
  /** False where nobody starts it, as with the SDK. */
  readonly start?: boolean
}

/** An exporter to that address, with what it says; shut down when the test ends. */
export async function exporterTo(url: string, options: ExporterOptions = {}) {
  const logger = memoryLogger()
  const statuses: Status[] = []
  const store = options.store ?? new MemoryStore({ capacityBytes: 1_000_000 })
  const exporter = new OtlpExporter({
    target: {
      urls: { metrics: `${url}/v1/metrics`, logs: `${url}/v1/logs` },
      headers: { 'api-key': 'key-of-the-test' },
      compression: 'zstd',
      encoding: 'protobuf',
      temporality: 'delta',
      timeoutMs: 10_000,
      backoff: { initialMs: 5_000, maxMs: 30_000, multiplier: 1.5, jitter: 0 },
      flushTimeoutMs: 0,
      concurrency: 8,
      tls: { rejectUnauthorized: true },
      ...options.target,
    },
    store,
    clock: options.clock ?? systemClock(),
    logger,
    version: '7.8.9',
    shutdownTimeoutMs: options.shutdownTimeoutMs ?? 5_000,
    telemetry: { ...noSignalTelemetry, ...options.telemetry },
  })
  if (options.start !== false) await exporter.start({ report: (status) => statuses.push(status) })
  return {
    exporter,
    store,
    statuses,
    lines: logger.lines,
    [Symbol.asyncDispose]: () => exporter.shutdown(),
  }
}
