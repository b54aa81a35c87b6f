import type { Attributes } from '../../../pdata/attributes.ts'
import type { Resource } from '../../../pdata/batch.ts'
import type { LogRecord } from '../../../pdata/log-record.ts'
import type { MetricInfo } from '../../../pdata/metric.ts'
import type { Series } from '../../../pdata/series.ts'
import type { Encoding } from '../wire/encode-points.ts'

/** Bytes besides the texts: two times, the value, tags and lengths. */
const perPoint = { protobuf: 34, json: 120 } as const
const perAttribute = { protobuf: 8, json: 44 } as const
/** Besides that: the trace. */
const perRecord = { protobuf: 60, json: 240 } as const
const perMetric = { protobuf: 24, json: 160 } as const

/** About how many bytes a point of this series takes in a request, without its metric's own. */
export function estimatePoint({ attributes }: Series, encoding: Encoding): number {
  return perPoint[encoding] + estimateAttributes(attributes, encoding)
}

/** About how many bytes a log record takes in a request. */
export function estimateRecord({ eventName, attributes }: LogRecord, encoding: Encoding): number {
  return perRecord[encoding] + eventName.length + estimateAttributes(attributes, encoding)
}

/** About how many bytes a metric takes once per resource. */
export function estimateMetric(metric: MetricInfo, encoding: Encoding): number {
  return perMetric[encoding] + metric.name.length + metric.unit.length
}

/** About how many bytes a resource with its scope takes, once per request. */
export function estimateResource(resource: Resource, encoding: Encoding): number {
  return 2 * perMetric[encoding] + estimateAttributes(resource.attributes, encoding)
}

/**
 * Counts UTF-16 units, for speed: where texts are in other scripts than Latin, a request may come out too big, and then it
 * is split after all. Kept in no map: that would cost more than the counting.
 */
function estimateAttributes(attributes: Attributes, encoding: Encoding): number {
  let bytes = 0
  for (const key in attributes) {
    const value = attributes[key]
    bytes += perAttribute[encoding] + key.length + (typeof value === 'string' ? value.length : 8)
  }
  return bytes
}
