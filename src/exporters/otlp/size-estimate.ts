import type { Attributes } from '../../pdata/attributes.ts'
import type { Resource } from '../../pdata/batch.ts'
import type { MetricInfo } from '../../pdata/metric.ts'
import type { Series } from '../../pdata/series.ts'
import type { Encoding } from './encode.ts'

/** Bytes besides the texts: two times, the value, tags and lengths. */
const perPoint = { protobuf: 34, json: 120 } as const
const perAttribute = { protobuf: 8, json: 44 } as const
const perMetric = { protobuf: 24, json: 160 } as const

const bySeries: Record<Encoding, WeakMap<Series, number>> = { protobuf: new WeakMap(), json: new WeakMap() }

/** About how many bytes a point of this series takes in a request, without its metric's own. */
export function estimatePoint(series: Series, encoding: Encoding): number {
  let bytes = bySeries[encoding].get(series)
  if (bytes === undefined) {
    bytes = perPoint[encoding] + estimateAttributes(series.attributes, encoding)
    bySeries[encoding].set(series, bytes)
  }
  return bytes
}

/** About how many bytes a metric takes once per resource. */
export function estimateMetric(metric: MetricInfo, encoding: Encoding): number {
  return perMetric[encoding] + metric.name.length + metric.unit.length
}

/** About how many bytes a resource with its scope takes, once per request. */
export function estimateResource(resource: Resource, encoding: Encoding): number {
  return 2 * perMetric[encoding] + estimateAttributes(resource.attributes, encoding)
}

function estimateAttributes(attributes: Attributes, encoding: Encoding): number {
  let bytes = 0
  for (const [key, value] of Object.entries(attributes)) {
    bytes +=
      perAttribute[encoding] + Buffer.byteLength(key) + (typeof value === 'string' ? Buffer.byteLength(value) : 8)
  }
  return bytes
}
