import { systemClock } from '../../src/component/clock.ts'
import { Ledger } from '../../src/exporters/otlp/account/ledger.ts'
import type { DeliveryStore } from '../../src/exporters/otlp/queue/delivery-store.ts'
import { PointEnqueuer } from '../../src/exporters/otlp/request/enqueue.ts'
import { Compressor } from '../../src/exporters/otlp/wire/compressor.ts'
import { maxRequestBytes, newRelicLimits } from '../../src/exporters/otlp/wire/limits.ts'
import { durableStore, memoryStore } from '../delivery/bench-store.ts'
import { caseFolder } from '../delivery/case-folder.ts'
import type { EncodeCase } from './case.ts'
import { otlpSettings } from './otlp-settings.ts'
import { TableBatches } from './table-batches.ts'

const clock = systemClock()

/** Rows to points, deltas, protobuf, zstd, the queue in memory; nothing is sent. */
export function pipeline(points: number): EncodeCase {
  return rowsTo(memoryStore(clock), points)
}

/** The same with the queue on disk. */
export async function durablePipeline(points: number): Promise<EncodeCase> {
  const folder = await caseFolder()
  const store = durableStore(folder.path, clock, otlpSettings('').logger)
  const one = rowsTo(store, points)
  return {
    scrape: one.scrape,
    async close() {
      store[Symbol.dispose]()
      await folder[Symbol.asyncDispose]()
    },
  }
}

function rowsTo(store: DeliveryStore, points: number): EncodeCase {
  const batches = new TableBatches()
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
        for (const error of enqueuer.store([batch]).values()) throw error
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
