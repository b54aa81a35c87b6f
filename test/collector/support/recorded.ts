import { metrics } from '@opentelemetry/api'
import { z } from 'zod'
import type { CollectorSettings } from '../../../src/collector/collector.ts'
import { exporter, type Registry, receiver } from '../../../src/collector/registry.ts'
import { systemClock } from '../../../src/component/clock.ts'
import type { Account, Exporter } from '../../../src/component/exporter.ts'
import type { ExporterFactory, ReceiverFactory } from '../../../src/component/factory.ts'
import { duration } from '../../../src/config/duration.ts'
import type { Batch } from '../../../src/pdata/batch.ts'
import type { LogBatch } from '../../../src/pdata/log-record.ts'
import { batchOf, logBatchOf } from '../../scraper/support/batches.ts'
import { memoryLogger } from '../../support/memory-logger.ts'

/** What an exporter of the tests keeps: it outlives the exporter. */
export interface KeptBatches {
  readonly batches: Batch[]
  readonly logBatches: LogBatch[]
}

const ticker = z.strictObject({
  interval: duration.prefault('1ms'),
  fails: z.boolean().default(false),
  lacks: z.boolean().default(false),
})
const keeper = z.strictObject({
  fails: z.boolean().default(false),
  hangs: z.boolean().default(false),
  refuses: z.enum(['metrics', 'logs']).optional(),
})

/**
 * A registry of one kind of receiver, `ticker`, which gives a batch of each signal that somebody takes with each
 * collection, and one kind of exporter, `keeper`, which keeps them in its store. Both write down what happens to them.
 */
export function recordingRegistry(events: string[]): Registry {
  return { receivers: [receiver(tickerFactory(events))], exporters: [exporter(keeperFactory(events))] }
}

function tickerFactory(events: string[]): ReceiverFactory<z.output<typeof ticker>> {
  return {
    type: 'ticker',
    config: ticker,
    create: (config, { id }, consumer) => ({
      intervalMs: config.interval,
      async start() {
        events.push(`start ${id}`)
        if (config.fails) throw new Error(`${id} can't start`)
      },
      async shutdown() {
        events.push(`stop ${id}`)
        if (config.fails) throw new Error(`${id} can't stop`)
      },
      async collect(signal) {
        events.push(`collect ${id}`)
        if (config.fails) throw new Error(`${id}: nothing could be read`)
        if (consumer.signals?.has('metrics') === true) await consumer.consume(batchOf(3), signal)
        if (consumer.signals?.has('logs') === true) await consumer.consumeLogs(logBatchOf(7), signal)
        const missing = config.lacks ? [{ reason: `${id} lacks a grant`, metrics: ['a', 'b'] }] : []
        return { failures: config.lacks ? [new Error(`${id}: one query failed`)] : [], missing }
      },
    }),
  }
}

function keeperFactory(events: string[]): ExporterFactory<z.output<typeof keeper>, KeptBatches> {
  return {
    type: 'keeper',
    config: keeper,
    refuses: (config, signal) => (config.refuses === signal ? `${signal} are not what it is kept for` : undefined),
    createStore: () => ({ batches: [], logBatches: [] }),
    create: (config, { id }, store) => recordingExporter(id, config, store, events),
  }
}

function recordingExporter(
  id: string,
  config: z.output<typeof keeper>,
  store: KeptBatches,
  events: string[],
): Exporter {
  return {
    async start(host) {
      events.push(`start ${id}`)
      if (config.fails) throw new Error(`${id} can't start`)
      host.report(config.hangs ? { kind: 'recoverable', reason: 'nobody answers' } : { kind: 'ok' })
    },
    async shutdown() {
      events.push(`stop ${id}`)
    },
    async consume(batch) {
      store.batches.push(batch)
    },
    async consumeLogs(batch) {
      store.logBatches.push(batch)
    },
    account: () => accountOf(store),
    async flush(signal) {
      events.push(`flush ${id}`)
      if (!config.hangs) return
      await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    },
  }
}

function accountOf({ batches, logBatches }: KeptBatches): Account {
  const points = batches.reduce((sum, batch) => sum + batch.points.length, 0)
  const items = logBatches.reduce((sum, batch) => sum + batch.records.length, points)
  return { consumed: items, sent: items, queued: 0, dropped: {}, absorbed: {} }
}

/** Settings with a log that can be read. */
export function collectorSettings(): CollectorSettings & { readonly logger: ReturnType<typeof memoryLogger> } {
  const meter = metrics.getMeter('test')
  return { clock: systemClock(), logger: memoryLogger(), meter, version: '7.7.7', hostName: 'test', env: {} }
}
