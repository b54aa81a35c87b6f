import { type HrTime, ValueType } from '@opentelemetry/api'
import { JsonMetricsSerializer, ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  AggregationTemporality,
  type DataPoint,
  DataPointType,
  type MetricData,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics'
import type { OutgoingPoint, Temporality } from '../../../deltas/outgoing-point.ts'
import type { Resource, Scope } from '../../../pdata/batch.ts'
import type { MetricInfo } from '../../../pdata/metric.ts'
import { type AttributeLimits, limitAttributes } from './limits.ts'

export const encodings = ['protobuf', 'json'] as const
export type Encoding = (typeof encodings)[number]

/** A point with the resource and the scope that it is sent under. */
export interface AddressedPoint {
  readonly resource: Resource
  readonly scope: Scope
  readonly point: OutgoingPoint
}

/** The body of one request with these points, of any number of resources. */
export function encodePoints(
  points: readonly AddressedPoint[],
  encoding: Encoding,
  limits: AttributeLimits | undefined,
): Uint8Array {
  return encodeResourceMetrics(toResourceMetrics(points, limits), encoding)
}

/** The body of one request with several resources. The SDK's serializers take one, so their outputs are joined. */
export function encodeResourceMetrics(resources: readonly ResourceMetrics[], encoding: Encoding): Uint8Array {
  if (encoding === 'protobuf') {
    // A repeated field is the concatenation of its elements, so requests of one resource each concatenate to one of all.
    return Buffer.concat(resources.map((one) => serialized(ProtobufMetricsSerializer.serializeRequest(one))))
  }
  const prefix = '{"resourceMetrics":['
  const elements = resources.map((one) => {
    const text = Buffer.from(serialized(JsonMetricsSerializer.serializeRequest(one))).toString()
    return text.slice(prefix.length, -']}'.length)
  })
  return Buffer.from(`${prefix}${elements.join(',')}]}`)
}

export function serialized(bytes: Uint8Array | undefined): Uint8Array {
  if (bytes === undefined) throw new Error('the serializer gave no bytes for a request')
  return bytes
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
export function toHrTime(ms: number): HrTime {
  const micros = Math.round(ms * 1_000)
  const seconds = Math.floor(micros / 1_000_000)
  return [seconds, (micros - seconds * 1_000_000) * 1_000]
}
