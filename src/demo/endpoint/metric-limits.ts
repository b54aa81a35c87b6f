import { checkAge } from './age-limits.ts'
import { checkAttributes, checkReservedKeys } from './attribute-limits.ts'
import type { MetricsRequest, OtlpDataPoint, OtlpMetric } from './otlp-request.ts'
import { pointValue } from './received-point.ts'
import type { Violation } from './violation.ts'

const nameLength = 255

/** OTLP's AGGREGATION_TEMPORALITY_DELTA; 0 is unspecified. */
const delta = 1

/** Everything in a metrics request that New Relic would drop, cut or misread. */
export function* checkMetrics(request: MetricsRequest, nowNs: bigint): Generator<Violation> {
  for (const { resource, scopeMetrics } of request.resourceMetrics) {
    yield* checkAttributes('resource', resource.attributes, 'resource_attribute_count', 'metrics')
    yield* checkReservedKeys('resource', resource.attributes)
    for (const { scope, metrics } of scopeMetrics) {
      yield* checkAttributes('scope', scope.attributes, 'scope_attribute_count', 'metrics')
      yield* checkReservedKeys('scope', scope.attributes)
      for (const metric of metrics) {
        yield* checkMetric(metric)
        for (const point of metric.gauge?.dataPoints ?? []) yield* checkPoint(metric, point, nowNs)
        for (const point of metric.sum?.dataPoints ?? []) {
          yield* checkPoint(metric, point, nowNs)
          yield* checkSumPoint(metric, point)
        }
      }
    }
  }
}

function* checkMetric(metric: OtlpMetric): Generator<Violation> {
  const { name, description, sum, summary } = metric
  const detail = name.slice(0, 80)
  if (name.length > nameLength)
    yield { rule: 'metric_name_length', detail: `${detail}... has ${name.length} characters` }
  if (!/^[A-Za-z0-9:._]+$/.test(name)) yield { rule: 'metric_name_characters', detail }
  if (description !== '') yield { rule: 'description_present', detail }
  if (summary !== undefined) yield { rule: 'summary', detail }
  if (sum === undefined) return
  if (sum.aggregationTemporality === 0) yield { rule: 'temporality_unspecified', detail }
  if (sum.aggregationTemporality === delta && !sum.isMonotonic) yield { rule: 'delta_not_monotonic', detail }
}

function* checkPoint(metric: OtlpMetric, point: OtlpDataPoint, nowNs: bigint): Generator<Violation> {
  const { startTimeUnixNano: startNs, timeUnixNano: timeNs, attributes } = point
  const { name } = metric
  const value = pointValue(point)
  if (value === undefined) yield { rule: 'value_missing', detail: name }
  if (typeof value === 'number' && !Number.isFinite(value))
    yield { rule: 'value_not_finite', detail: `${name}: ${value}` }
  if (startNs > timeNs) yield { rule: 'start_after_end', detail: `${name}: ${startNs} > ${timeNs}` }
  // New Relic's timestamp is the start; its endTimestamp is the time.
  yield* checkAge(name, startNs === 0n ? timeNs : startNs, timeNs, nowNs)
  yield* checkAttributes(name, attributes, 'record_attribute_count', 'metrics')
  yield* checkReservedKeys(name, attributes)
  if (attributes.some(({ key }) => key === name)) yield { rule: 'attribute_is_metric_name', detail: name }
}

function* checkSumPoint(metric: OtlpMetric, point: OtlpDataPoint): Generator<Violation> {
  const { name, sum } = metric
  if (sum === undefined || sum.aggregationTemporality !== delta || !sum.isMonotonic) return
  const value = pointValue(point)
  if (value !== undefined && value < 0) yield { rule: 'delta_negative', detail: `${name}: ${value}` }
  const { startTimeUnixNano: startNs, timeUnixNano: timeNs } = point
  if (startNs === timeNs || startNs === 0n) yield { rule: 'delta_without_duration', detail: `${name}: from ${startNs}` }
}
