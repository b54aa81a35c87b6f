import { Ledger } from '../../src/exporters/otlp/account/ledger.ts'
import { PointEnqueuer } from '../../src/exporters/otlp/request/enqueue.ts'
import { maxRequestBytes, targetRequestItems } from '../../src/exporters/otlp/request/request-size.ts'
import { Compressor } from '../../src/exporters/otlp/wire/compressor.ts'
import { newRelicLimits } from '../../src/exporters/otlp/wire/limits.ts'
import type { EncodeCase } from './case.ts'
import { otlpSettings } from './otlp-settings.ts'
import { TableBatches } from './table-batches.ts'

/** Rows to points, deltas, protobuf, zstd, the queue in memory; nothing is sent. */
export function pipeline(points: number): EncodeCase {
  const batches = new TableBatches()
  const { store, clock } = otlpSettings('')
  const enqueuer = new PointEnqueuer({
    store,
    clock,
    maxRequestBytes,
    ledger: new Ledger(0).metrics,
    temporality: 'delta',
    encoding: 'protobuf',
    compressor: new Compressor('zstd'),
    limits: newRelicLimits.metrics,
  })
  return {
    async scrape(scrape) {
      let sent = 0
      for (const batch of batches.scrape(scrape, points)) {
        for (const error of enqueuer.store([batch], targetRequestItems).values()) throw error
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
