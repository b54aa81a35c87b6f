import { constants, zstdCompressSync } from 'node:zlib'
import { ValueType } from '@opentelemetry/api'
import { ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { AggregationTemporality, type DataPoint, DataPointType, type ResourceMetrics } from '@opentelemetry/sdk-metrics'
import type { Batch } from '../../src/pdata/batch.ts'
import type { EncodeCase } from './case.ts'
import { TableBatches } from './table-batches.ts'

const compression = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }

/**
 * What can't be spared: the SDK's serializer and zstd on ready-made objects, all in one array and one request. Neither
 * deltas nor a queue; the objects are made before the measurement.
 */
export function floor(points: number): EncodeCase {
  const ready = toResourceMetrics([...new TableBatches().scrape(1, points)])
  return {
    async scrape() {
      const bytes = ProtobufMetricsSerializer.serializeRequest(ready)
      if (bytes === undefined) throw new Error('the serializer gave no bytes')
      return zstdCompressSync(bytes, compression).length > 0 ? points : 0
    },
    async close() {},
  }
}

function toResourceMetrics(batches: readonly Batch[]): ResourceMetrics {
  const points = batches.flatMap((batch) => batch.points)
  const byMetric = Map.groupBy(points, ({ series }) => series.metric)
  const time: [number, number] = [1_893_456_000, 0]
  const metrics = [...byMetric].map(([metric, ofMetric]) => {
    const dataPoints = ofMetric.map(
      ({ series, value }): DataPoint<number> => ({
        startTime: time,
        endTime: time,
        attributes: series.attributes,
        value: Number(value),
      }),
    )
    return {
      descriptor: { name: metric.name, description: '', unit: metric.unit, valueType: ValueType.INT },
      aggregationTemporality: AggregationTemporality.DELTA,
      dataPointType: DataPointType.SUM as const,
      isMonotonic: metric.monotonic,
      dataPoints,
    }
  })
  const resource = resourceFromAttributes(batches[0]?.resource.attributes ?? {})
  return { resource, scopeMetrics: [{ scope: { name: 'benchmark' }, metrics }] }
}
