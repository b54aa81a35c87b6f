import type {
  AnyValue,
  KeyValue,
  LogsRequest,
  MetricsRequest,
  OtlpDataPoint,
  OtlpLogRecord,
  OtlpMetric,
} from './otlp-request.ts'

/** Attributes by name; an integer is a bigint, a double a number. */
export interface ReceivedAttributes {
  readonly [name: string]: ReceivedValue
}
export type ReceivedValue = string | boolean | number | bigint | null | readonly ReceivedValue[] | ReceivedAttributes

export interface ReceivedScope {
  readonly name: string
  readonly version: string
}

/** One data point that was accepted. */
export interface ReceivedPoint {
  readonly metric: string
  readonly unit: string
  readonly kind: 'gauge' | 'sum'
  /** False for gauges. */
  readonly monotonic: boolean
  readonly temporality: 'delta' | 'cumulative' | 'unspecified'
  /** A bigint where it came as an integer. */
  readonly value: number | bigint
  readonly startNs: bigint
  readonly timeNs: bigint
  readonly attributes: ReceivedAttributes
  readonly resource: ReceivedAttributes
  readonly scope: ReceivedScope
}

/** Ids in lower-case hex. */
export interface ReceivedTrace {
  readonly traceId: string
  readonly spanId: string
  readonly flags: number
}

/** One log record that was accepted. */
export interface ReceivedLog {
  readonly timeNs: bigint
  readonly observedNs: bigint
  readonly severityNumber: number
  readonly severityText: string
  readonly eventName: string
  readonly body: ReceivedValue
  readonly trace: ReceivedTrace | undefined
  readonly attributes: ReceivedAttributes
  readonly resource: ReceivedAttributes
  readonly scope: ReceivedScope
}

const temporalities: Readonly<Record<number, ReceivedPoint['temporality']>> = { 1: 'delta', 2: 'cumulative' }

/** The gauge and sum points of a request. A point without a value says nothing and is left out. */
export function* pointsOf(request: MetricsRequest): Generator<ReceivedPoint> {
  for (const { resource, scopeMetrics } of request.resourceMetrics) {
    const resourceAttributes = attributesOf(resource.attributes)
    for (const { scope, metrics } of scopeMetrics) {
      for (const metric of metrics) {
        for (const point of metric.gauge?.dataPoints ?? metric.sum?.dataPoints ?? []) {
          const value = pointValue(point)
          if (value === undefined) continue
          yield {
            ...describe(metric),
            value,
            startNs: point.startTimeUnixNano,
            timeNs: point.timeUnixNano,
            attributes: attributesOf(point.attributes),
            resource: resourceAttributes,
            scope: { name: scope.name, version: scope.version },
          }
        }
      }
    }
  }
}

function describe(metric: OtlpMetric): Pick<ReceivedPoint, 'metric' | 'unit' | 'kind' | 'monotonic' | 'temporality'> {
  const { name, unit, sum } = metric
  return {
    metric: name,
    unit,
    kind: sum === undefined ? 'gauge' : 'sum',
    monotonic: sum?.isMonotonic ?? false,
    temporality: temporalities[sum?.aggregationTemporality ?? 0] ?? 'unspecified',
  }
}

export function pointValue(point: OtlpDataPoint): number | bigint | undefined {
  return point.asInt ?? point.asDouble
}

/** The records of a request. */
export function* logsOf(request: LogsRequest): Generator<ReceivedLog> {
  for (const { resource, scopeLogs } of request.resourceLogs) {
    const resourceAttributes = attributesOf(resource.attributes)
    for (const { scope, logRecords } of scopeLogs) {
      for (const record of logRecords) {
        yield {
          timeNs: record.timeUnixNano,
          observedNs: record.observedTimeUnixNano,
          severityNumber: record.severityNumber,
          severityText: record.severityText,
          eventName: record.eventName,
          body: record.body === undefined ? null : plain(record.body),
          trace: traceOf(record),
          attributes: attributesOf(record.attributes),
          resource: resourceAttributes,
          scope: { name: scope.name, version: scope.version },
        }
      }
    }
  }
}

function traceOf({ traceId, spanId, flags }: OtlpLogRecord): ReceivedTrace | undefined {
  return traceId === '' && spanId === '' ? undefined : { traceId, spanId, flags }
}

/** All points of a request, of kinds that are only counted too. */
export function countPoints(request: MetricsRequest): number {
  return request.resourceMetrics
    .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics))
    .flatMap((metric) => [metric.gauge, metric.sum, metric.histogram, metric.exponentialHistogram, metric.summary])
    .reduce((total, data) => total + (data?.dataPoints.length ?? 0), 0)
}

function attributesOf(keyValues: readonly KeyValue[]): ReceivedAttributes {
  return Object.fromEntries(keyValues.map(({ key, value }) => [key, plain(value)]))
}

/** One attribute of a list; `undefined` where it isn't there. */
export function attributeLookup(keyValues: readonly KeyValue[], name: string): ReceivedValue | undefined {
  const found = keyValues.find(({ key }) => key === name)
  return found && plain(found.value)
}

function plain(value: AnyValue): ReceivedValue {
  if (value.arrayValue !== undefined) return value.arrayValue.values.map(plain)
  if (value.kvlistValue !== undefined) return attributesOf(value.kvlistValue.values)
  return value.stringValue ?? value.boolValue ?? value.intValue ?? value.doubleValue ?? value.bytesValue ?? null
}
