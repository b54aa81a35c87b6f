import type { Consumer } from '../../../src/component/consumer.ts'
import type { Batch } from '../../../src/pdata/batch.ts'
import type { LogBatch } from '../../../src/pdata/log-record.ts'
import type { MetricInfo } from '../../../src/pdata/metric.ts'

const metric: MetricInfo = {
  name: 'postgresql.commits',
  description: 'Transactions that were committed.',
  unit: '1',
  kind: 'sum',
  monotonic: true,
  valueType: 'int',
  zeros: 'send',
}

/** A batch of so many points. */
export function batchOf(points: number): Batch {
  return {
    resource: { attributes: { 'service.instance.id': 'db.example.com:5432' } },
    scope: { name: 'otelephant', version: '1.2.3' },
    reading: {
      query: 'database',
      filter: 'all',
      startedMs: 1_000,
      timeMs: 2_000,
      epoch: { server: '7123', witnesses: [] },
      completes: true,
    },
    points: Array.from({ length: points }, (_, index) => ({
      series: { metric, attributes: { 'db.namespace': `db${index}` }, key: `db${index}` },
      value: 7 + index,
    })),
  }
}

/** A batch of so many log records. */
export function logBatchOf(records: number): LogBatch {
  return {
    resource: { attributes: { 'service.instance.id': 'db.example.com:5432' } },
    scope: { name: 'otelephant', version: '1.2.3' },
    records: Array.from({ length: records }, (_, index) => ({
      eventName: 'db.server.query_sample',
      timeMs: 2_000 + index,
      attributes: { 'db.system.name': 'postgresql', 'postgresql.pid': 4_100 + index },
    })),
  }
}

/** A consumer that keeps what it takes. */
export function keepingConsumer(): Consumer & { readonly batches: Batch[]; readonly logBatches: LogBatch[] } {
  const batches: Batch[] = []
  const logBatches: LogBatch[] = []
  return {
    batches,
    logBatches,
    async consume(batch) {
      batches.push(batch)
    },
    async consumeLogs(batch) {
      logBatches.push(batch)
    },
  }
}
