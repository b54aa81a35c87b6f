import { checkAge } from './age-limits.ts'
import { checkAttributes } from './attribute-limits.ts'
import type { KeyValue, LogsRequest, OtlpLogRecord } from './otlp-request.ts'
import { attributeLookup } from './received-point.ts'
import type { Violation } from './violation.ts'

/** With one of them on a log record it is a service's or a host's. */
const otherEntities = ['service.name', 'host.id', 'host.name'] as const

/** Everything in a logs request that New Relic would drop, cut, misread, or not find its database's entity for. */
export function* checkLogs(request: LogsRequest, nowNs: bigint): Generator<Violation> {
  for (const { resource, scopeLogs } of request.resourceLogs) {
    yield* checkAttributes('resource', resource.attributes, 'resource_attribute_count', 'logs')
    yield* checkEntity(resource.attributes)
    for (const { scope, logRecords } of scopeLogs) {
      yield* checkAttributes('scope', scope.attributes, 'scope_attribute_count', 'logs')
      for (const record of logRecords) yield* checkRecord(record, resource.attributes, nowNs)
    }
  }
}

function* checkEntity(resource: readonly KeyValue[]): Generator<Violation> {
  const instance = attributeLookup(resource, 'service.instance.id')
  if (typeof instance !== 'string' || instance === '')
    yield { rule: 'instance_missing', detail: 'resource: no service.instance.id' }
  for (const key of otherEntities) {
    if (attributeLookup(resource, key) !== undefined) yield { rule: 'other_entity', detail: `resource: ${key}` }
  }
}

function* checkRecord(record: OtlpLogRecord, resource: readonly KeyValue[], nowNs: bigint): Generator<Violation> {
  const { eventName, body, attributes, timeUnixNano: timeNs } = record
  const owner = eventName === '' ? 'log record' : eventName
  if (eventName === '') yield { rule: 'event_name_missing', detail: owner }
  if (body !== undefined && Object.values(body).some((member) => member !== undefined))
    yield { rule: 'body_present', detail: owner }
  const system = attributeLookup(attributes, 'db.system.name') ?? attributeLookup(resource, 'db.system.name')
  if (system !== 'postgresql') yield { rule: 'db_system_missing', detail: owner }
  yield* checkAttributes(owner, attributes, 'record_attribute_count', 'logs')
  for (const { key, value } of attributes) {
    if (value.arrayValue !== undefined) yield { rule: 'record_array', detail: `${owner}: ${key}` }
  }
  yield* checkTrace(owner, record)
  // Zero is allowed: then the time of arrival counts.
  if (timeNs !== 0n) yield* checkAge(owner, timeNs, timeNs, nowNs)
}

/** https://www.w3.org/TR/trace-context/#trace-id */
function* checkTrace(owner: string, { traceId, spanId }: OtlpLogRecord): Generator<Violation> {
  if (traceId === '' && spanId === '') return
  const isValid = /^(?!0+$)[0-9a-f]{32}$/.test(traceId) && /^(?!0+$)[0-9a-f]{16}$/.test(spanId)
  if (!isValid) yield { rule: 'trace_invalid', detail: `${owner}: trace "${traceId}", span "${spanId}"` }
}
