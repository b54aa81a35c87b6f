import type { Attributes } from '../../../../src/pdata/attributes.ts'
import type { Batch } from '../../../../src/pdata/batch.ts'
import type { LogBatch, LogRecord } from '../../../../src/pdata/log-record.ts'
import { at, orders, scope } from '../../../deltas/support/points.ts'

/** An event of that second. */
export function record(second: number, attributes: Attributes, over: Partial<LogRecord> = {}): LogRecord {
  return {
    eventName: 'db.server.query_sample',
    timeMs: at(second),
    attributes: { 'db.system.name': 'postgresql', ...attributes },
    ...over,
  }
}

/** Events that differ in `postgresql.pid`: from 1 on. */
export function records(count: number, attributes: Attributes = {}): LogRecord[] {
  return Array.from({ length: count }, (_, index) => record(10, { 'postgresql.pid': index + 1, ...attributes }))
}

export function logBatch(of: readonly LogRecord[], resource: Batch['resource'] = orders): LogBatch {
  return { resource, scope, records: of }
}
