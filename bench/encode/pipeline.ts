import { PointAccount } from '../../src/component/point-account.ts'
import { noExporterTelemetry } from '../../src/exporters/otlp/account/exporter-telemetry.ts'
import { Enqueuer } from '../../src/exporters/otlp/request/enqueue.ts'
import { maxRequestBytes } from '../../src/exporters/otlp/request/split.ts'
import { newRelicLimits } from '../../src/exporters/otlp/wire/limits.ts'
import type { EncodeCase } from './case.ts'
import { otlpSettings } from './otlp-settings.ts'
import { TableBatches } from './table-batches.ts'

/** Rows to points, deltas, protobuf, zstd, the queue in memory; nothing is sent. */
export function pipeline(points: number): EncodeCase {
  const batches = new TableBatches()
  const { store, clock } = otlpSettings('')
  const enqueuer = new Enqueuer({
    store,
    clock,
    maxRequestBytes,
    account: new PointAccount(0),
    telemetry: noExporterTelemetry,
    temporality: 'delta',
    encoding: 'protobuf',
    limits: newRelicLimits.metrics,
    path: '/v1/metrics',
  })
  return {
    async scrape(scrape) {
      let sent = 0
      for (const batch of batches.scrape(scrape, points)) {
        for (const error of enqueuer.store([batch], 'zstd').values()) throw error
        for (let request = store.take(); request !== undefined; request = store.take()) {
          sent += request.points
          store.remove(request)
        }
      }
      return sent
    },
    async close() {},
  }
}
