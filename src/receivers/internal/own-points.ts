import { type HrTime, ValueType } from '@opentelemetry/api'
import { DataPointType, type MetricData, type ResourceMetrics } from '@opentelemetry/sdk-metrics'
import type { Attributes, AttributeValue } from '../../pdata/attributes.ts'
import type { Point } from '../../pdata/batch.ts'
import type { MetricInfo } from '../../pdata/metric.ts'
import type { ResetToken } from '../../pdata/reading.ts'
import { ResultMemory } from '../../pdata/result-memory.ts'
import type { Series } from '../../pdata/series.ts'
import type { SeriesFactory } from '../../pdata/series-factory.ts'

/** Turns what the SDK collected into points. A series is one object from collection to collection. */
export class OwnPoints {
  readonly #factory: SeriesFactory
  readonly #metrics = new Map<string, MetricInfo>()
  readonly #series = new ResultMemory<Series>()

  constructor(factory: SeriesFactory) {
    this.#factory = factory
  }

  /** The points of sums and gauges. Histograms are left out: the collector has none. */
  from(resourceMetrics: ResourceMetrics): Point[] {
    const points: Point[] = []
    for (const data of resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics)) {
      if (data.dataPointType !== DataPointType.SUM && data.dataPointType !== DataPointType.GAUGE) continue
      const metric = this.#metric(data)
      for (const { attributes, value, startTime } of data.dataPoints) {
        const series = this.#seriesOf(metric, scalars(attributes))
        points.push(metric.monotonic ? { series, value, token: startOf(startTime) } : { series, value })
      }
    }
    this.#series.completed()
    return points
  }

  #metric(data: MetricData): MetricInfo {
    const { name, description, unit, valueType } = data.descriptor
    let metric = this.#metrics.get(name)
    if (metric === undefined) {
      const sum = data.dataPointType === DataPointType.SUM
      metric = {
        name,
        description,
        unit,
        kind: sum ? 'sum' : 'gauge',
        monotonic: sum && data.isMonotonic,
        valueType: valueType === ValueType.INT ? 'int' : 'double',
        zeros: 'send',
      }
      this.#metrics.set(name, metric)
    }
    return metric
  }

  #seriesOf(metric: MetricInfo, attributes: Attributes): Series {
    const key = this.#factory.key(metric.name, JSON.stringify(attributes))
    const known = this.#series.get(key)
    if (known !== undefined) return known
    const series = this.#factory.series(metric, attributes, key)
    this.#series.set(key, series)
    return series
  }
}

/** An instrument counts from zero since its start, and is never zeroed. */
function startOf([seconds, nanoseconds]: HrTime): ResetToken {
  return { text: `${seconds}.${nanoseconds}`, timeMs: seconds * 1_000 + nanoseconds / 1_000_000, exact: true }
}

/** In the order of their names, so that one series has one key. Lists are left off: no instrument of ours has any. */
function scalars(attributes: Readonly<Record<string, unknown>>): Attributes {
  const kept: Record<string, AttributeValue> = {}
  for (const name of Object.keys(attributes).sort()) {
    const value = attributes[name]
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') kept[name] = value
  }
  return kept
}
