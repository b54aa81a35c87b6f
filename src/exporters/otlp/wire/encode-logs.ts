import { JsonLogsSerializer, ProtobufLogsSerializer } from '@opentelemetry/otlp-transformer'
import { resourceFromAttributes, type Resource as SdkResource } from '@opentelemetry/resources'
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs'
import type { Resource, Scope } from '../../../pdata/batch.ts'
import type { LogRecord } from '../../../pdata/log-record.ts'
import { type Encoding, serialized, toHrTime } from './encode-points.ts'
import { type AttributeLimits, limitAttributes } from './limits.ts'

/** A log record with the resource and the scope that it is sent under. */
export interface AddressedRecord {
  readonly resource: Resource
  readonly scope: Scope
  readonly record: LogRecord
}

/** The body of one request with these records, of any number of resources. */
export function encodeRecords(
  records: readonly AddressedRecord[],
  encoding: Encoding,
  limits: AttributeLimits | undefined,
): Uint8Array {
  const serializer = encoding === 'protobuf' ? ProtobufLogsSerializer : JsonLogsSerializer
  const resources = new Map<Resource, SdkResource>()
  const readable = records.map(({ resource, scope, record }) => {
    // The serializers group by identity.
    let sdkResource = resources.get(resource)
    if (sdkResource === undefined) {
      sdkResource = toSdkResource(resource, limits)
      resources.set(resource, sdkResource)
    }
    return toReadable(record, sdkResource, scope, limits)
  })
  return serialized(serializer.serializeRequest(readable))
}

function toSdkResource({ attributes }: Resource, limits: AttributeLimits | undefined): SdkResource {
  return resourceFromAttributes(limits ? limitAttributes(attributes, limits, limits.resourceAttributes) : attributes)
}

/** Without body and severity: an event has a name and attributes only. */
function toReadable(
  { eventName, timeMs, attributes, trace }: LogRecord,
  resource: SdkResource,
  scope: Scope,
  limits: AttributeLimits | undefined,
): ReadableLogRecord {
  const time = toHrTime(timeMs)
  return {
    eventName,
    hrTime: time,
    hrTimeObserved: time,
    resource,
    instrumentationScope: scope,
    attributes: limits ? limitAttributes(attributes, limits, limits.recordAttributes) : attributes,
    droppedAttributesCount: 0,
    ...(trace === undefined
      ? {}
      : { spanContext: { traceId: trace.traceId, spanId: trace.spanId, traceFlags: trace.flags } }),
  }
}
