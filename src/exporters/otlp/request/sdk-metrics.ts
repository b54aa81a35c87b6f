import { DataPointType, type MetricData, type ResourceMetrics } from '@opentelemetry/sdk-metrics'
import { inHalves } from './encoded-requests.ts'

export function countPoints({ scopeMetrics }: ResourceMetrics): number {
  return scopeMetrics.flatMap(({ metrics }) => metrics).reduce((sum, { dataPoints }) => sum + dataPoints.length, 0)
}

/** Two requests with about half of the points each. */
export function splitResourceMetrics({ resource, scopeMetrics }: ResourceMetrics): ResourceMetrics[] {
  const single = scopeMetrics.flatMap(({ scope, metrics }) =>
    metrics.flatMap((metric) => onePointEach(metric).map((one) => ({ scope, metrics: [one] }))),
  )
  return inHalves(single).map((half) => ({ resource, scopeMetrics: [...half] }))
}

function onePointEach(metric: MetricData): MetricData[] {
  switch (metric.dataPointType) {
    case DataPointType.SUM:
      return metric.dataPoints.map((point) => ({ ...metric, dataPoints: [point] }))
    case DataPointType.GAUGE:
      return metric.dataPoints.map((point) => ({ ...metric, dataPoints: [point] }))
    case DataPointType.HISTOGRAM:
      return metric.dataPoints.map((point) => ({ ...metric, dataPoints: [point] }))
    case DataPointType.EXPONENTIAL_HISTOGRAM:
      return metric.dataPoints.map((point) => ({ ...metric, dataPoints: [point] }))
    default:
      return metric satisfies never
  }
}
