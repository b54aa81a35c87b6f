import type { OutgoingPoint } from '../../../../src/deltas/outgoing-point.ts'
import type { Encoding } from '../../../../src/exporters/otlp/wire/encoding.ts'
import type { AttributeLimits } from '../../../../src/exporters/otlp/wire/limits.ts'
import { RequestWriter } from '../../../../src/exporters/otlp/wire/request-writer.ts'
import type { Resource, Scope } from '../../../../src/pdata/batch.ts'
import type { LogRecord } from '../../../../src/pdata/log-record.ts'

/** A point with the resource and the scope that it is sent under. */
export interface AddressedPoint {
  readonly resource: Resource
  readonly scope: Scope
  readonly point: OutgoingPoint
}

export interface AddressedRecord {
  readonly resource: Resource
  readonly scope: Scope
  readonly record: LogRecord
}

const maxRequestBytes = Number.POSITIVE_INFINITY

/** The body of one request with these points, however large. */
export function encodePoints(
  points: readonly AddressedPoint[],
  encoding: Encoding,
  limits: AttributeLimits | undefined,
): Uint8Array {
  const writer = new RequestWriter({ signal: 'metrics', encoding, limits, maxRequestBytes })
  for (const { resource, scope, point } of points) writer.addPoint(resource, scope, point)
  return writer.take()
}

/** The same of records. */
export function encodeRecords(
  records: readonly AddressedRecord[],
  encoding: Encoding,
  limits: AttributeLimits | undefined,
): Uint8Array {
  const writer = new RequestWriter({ signal: 'logs', encoding, limits, maxRequestBytes })
  for (const { resource, scope, record } of records) writer.addRecord(resource, scope, record)
  return writer.take()
}
