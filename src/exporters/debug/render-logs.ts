import type { LogBatch, LogRecord } from '../../pdata/log-record.ts'
import { renderAttributes, renderOrigin } from './render.ts'

/** One line about a batch: its scope and how many records. */
export function renderLogBatch({ scope, records }: LogBatch): string {
  return `${scope.name}: ${records.length} log records\n`
}

/** One line about a log record. */
export function renderRecord({ eventName, attributes }: LogRecord): string {
  return `${eventName}${renderAttributes(attributes)}\n`
}

/** The record's line and, below it, what it is sent with. */
export function renderRecordDetails(record: LogRecord, batch: LogBatch): string {
  const { timeMs, trace } = record
  const link = trace === undefined ? '' : `, trace ${trace.traceId} span ${trace.spanId} flags ${trace.flags}`
  return [renderRecord(record), `  log record, ${new Date(timeMs).toISOString()}${link}\n`, renderOrigin(batch)].join(
    '',
  )
}
