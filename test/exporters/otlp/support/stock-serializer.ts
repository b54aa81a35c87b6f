import { type HrTime, ValueType } from '@opentelemetry/api'
import {
  JsonLogsSerializer,
  JsonMetricsSerializer,
  ProtobufLogsSerializer,
  ProtobufMetricsSerializer,
} from '@opentelemetry/otlp-transformer'
import { resourceFromAttributes, type Resource as SdkResource } from '@opentelemetry/resources'
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs'
import {
  AggregationTemporality,
  type DataPoint,
  DataPointType,
  type MetricData,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics'
import type { OutgoingPoint, Temporality } from '../../../../src/deltas/outgoing-point.ts'
import type { Encoding } from '../../../../src/exporters/otlp/wire/encoding.ts'
import { type AttributeLimits, limitAttributes } from '../../../../src/exporters/otlp/wire/limits.ts'
import type { Resource, Scope } from '../../../../src/pdata/batch.ts'
import type { LogRecord } from '../../../../src/pdata/log-record.ts'
import type { MetricInfo } from '../../../../src/pdata/metric.ts'
import type { AddressedPoint, AddressedRecord } from './encode.ts'

/** What the SDK's serializers write of these points: the reference. They take one resource, so what they give is joined. */
export function stockPoints(
  points: readonly AddressedPoint[],
  encoding: Encoding,
  limits: AttributeLimits | undefined,
): Uint8Array {
  const resources = toResourceMetrics(points, limits)
  if (encoding === 'protobuf') {
    return Buffer.concat(resources.map((one) => serialized(ProtobufMetricsSerializer.serializeRequest(one))))
  }
  const prefix = '{"resourceMetrics":['
  const elements = resources.map((one) =>
    Buffer.from(serialized(JsonMetricsSerializer.serializeRequest(one)))
      .toString()
      .slice(prefix.length, -']}'.length),
  )
  return Buffer.from(`${prefix}${elements.join(',')}]}`)
}

/** The same of records. */
export function stockRecords(
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

function toResourceMetrics(points: readonly AddressedPoint[], limits: AttributeLimits | undefined): ResourceMetrics[] {
  const byResource = Map.groupBy(points, ({ resource }) => resource)
  return [...byResource].map(([{ attributes }, ofResource]) => ({
    resource: resourceFromAttributes(
      limits ? limitAttributes(attributes, limits, limits.resourceAttributes) : attributes,
    ),
    scopeMetrics: [...Map.groupBy(ofResource, ({ scope }) => scope)].map(([scope, ofScope]) => ({
      scope: { name: scope.name, version: scope.version },
      metrics: toMetrics(ofScope, limits),
    })),
  }))
}

function toMetrics(points: readonly AddressedPoint[], limits: AttributeLimits | undefined): MetricData[] {
  const metrics: MetricData[] = []
  for (const [metric, ofMetric] of Map.groupBy(points, ({ point }) => point.series.metric)) {
    for (const [temporality, same] of Map.groupBy(ofMetric, ({ point }) => point.temporality)) {
      metrics.push(
        toMetricData(
          metric,
          temporality,
          same.map(({ point }) => toDataPoint(point, limits)),
        ),
      )
    }
  }
  return metrics
}

function toMetricData(metric: MetricInfo, temporality: Temporality, dataPoints: DataPoint<number>[]): MetricData {
  const base = {
    descriptor: {
      name: metric.name,
      // New Relic stores and bills it with every point.
      description: '',
      unit: metric.unit,
      valueType: metric.valueType === 'int' ? ValueType.INT : ValueType.DOUBLE,
    },
    aggregationTemporality: temporality === 'delta' ? AggregationTemporality.DELTA : AggregationTemporality.CUMULATIVE,
    dataPoints,
  }
  return metric.kind === 'gauge'
    ? { ...base, dataPointType: DataPointType.GAUGE }
    : { ...base, dataPointType: DataPointType.SUM, isMonotonic: metric.monotonic }
}

function toDataPoint(
  { series, value, startMs, endMs }: OutgoingPoint,
  limits: AttributeLimits | undefined,
): DataPoint<number> {
  const attributes = limits
    ? limitAttributes(series.attributes, limits, limits.recordAttributes, series.metric.name)
    : series.attributes
  return { startTime: toHrTime(startMs), endTime: toHrTime(endMs), attributes, value }
}

/** @param ms milliseconds since the Unix epoch; fractions down to a microsecond are kept */
function toHrTime(ms: number): HrTime {
  const micros = Math.round(ms * 1_000)
  const seconds = Math.floor(micros / 1_000_000)
  return [seconds, (micros - seconds * 1_000_000) * 1_000]
}

function serialized(bytes: Uint8Array | undefined): Uint8Array {
  if (bytes === undefined) throw new Error('the serializer gave no bytes for a request')
  return bytes
}
