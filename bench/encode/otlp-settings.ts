import { systemClock } from '../../src/component/clock.ts'
import type { OtlpExporterSettings } from '../../src/exporters/otlp/exporter-settings.ts'
import { MemoryStore } from '../../src/exporters/otlp/queue/memory-store.ts'
import { newRelicLimits } from '../../src/exporters/otlp/wire/limits.ts'
import type { Logger } from '../../src/telemetry/logger.ts'

const loud = (message: string, fields: unknown) => process.stderr.write(`${message} ${JSON.stringify(fields)}\n`)
const logger: Logger = { error: loud, warn: loud, info: () => {}, debug: () => {}, child: () => logger }

/** The settings of the `newrelic` exporter, with another address. */
export function otlpSettings(url: string): OtlpExporterSettings {
  return {
    target: {
      urls: { metrics: `${url}/v1/metrics`, logs: `${url}/v1/logs` },
      headers: { 'api-key': 'key-of-the-benchmark' },
      compression: 'zstd',
      encoding: 'protobuf',
      temporality: 'delta',
      timeoutMs: 30_000,
      backoff: { initialMs: 5_000, maxMs: 30_000, multiplier: 1.5, jitter: 0 },
      flushTimeoutMs: 200,
      concurrency: 8,
      tls: { rejectUnauthorized: true },
      limits: newRelicLimits,
    },
    store: new MemoryStore({ capacityBytes: 64 * 1_024 * 1_024 }),
    clock: systemClock(),
    logger,
    version: '0.0.0',
  }
}
