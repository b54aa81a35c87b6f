import type { Attributes, AttributeValue } from '../../../pdata/attributes.ts'
import { cut } from '../../../pdata/cut.ts'
import type { Signal } from '../../../pdata/signal.ts'

/** New Relic's limit of a request (10^6 bytes), applied before compression. */
export const maxRequestBytes = 1_000_000

/** What a backend takes of attributes. It would cut or drop the rest, with an error that only its own logs show. */
export interface AttributeLimits {
  /** In UTF-16 units, as New Relic's documentation counts characters. */
  readonly valueLength: number
  readonly keyLength: number
  readonly resourceAttributes: number
  /** Of a data point or a log record. */
  readonly recordAttributes: number
  /** Keys that can't be used: they are sent with `attribute.` before them. */
  readonly reservedKeys: ReadonlySet<string>
}

/** Of each signal's requests, their resources too. */
export type SignalLimits = Readonly<Record<Signal, AttributeLimits>>

const newRelicMetricLimits: AttributeLimits = {
  valueLength: 4_095,
  keyLength: 255,
  resourceAttributes: 64,
  recordAttributes: 128,
  reservedKeys: new Set([
    'interval.ms',
    'timestamp',
    'value',
    'common',
    'min',
    'max',
    'count',
    'sum',
    'metrics',
    'newrelic.source',
    'metricName',
    'endTimestamp',
    'entity.guid',
    'entity.name',
    'entity.type',
  ]),
}

/**
 * https://docs.newrelic.com/docs/opentelemetry/best-practices/opentelemetry-otlp/ and
 * https://docs.newrelic.com/docs/data-apis/ingest-apis/metric-api/metric-api-limits-restricted-attributes/;
 * of logs https://docs.newrelic.com/docs/logs/ui-data/long-logs-blobs/
 */
export const newRelicLimits: SignalLimits = {
  metrics: newRelicMetricLimits,
  logs: { ...newRelicMetricLimits, valueLength: 4_094 },
}

/**
 * The attributes within the limits; the same object where nothing is to be changed.
 * @param maxCount the first so many are kept
 * @param metricName a key of this name is reserved too
 */
export function limitAttributes(
  attributes: Attributes,
  limits: AttributeLimits,
  maxCount: number,
  metricName?: string,
): Attributes {
  const isReserved = (key: string) => limits.reservedKeys.has(key) || key === metricName
  if (fits(attributes, limits, maxCount, isReserved)) return attributes

  const limited: Record<string, AttributeValue> = {}
  for (const [key, value] of Object.entries(attributes).slice(0, maxCount)) {
    limited[limitedKey(key, limits, metricName)] = typeof value === 'string' ? cut(value, limits.valueLength) : value
  }
  return Object.freeze(limited)
}

/** The key that an attribute is sent under. */
export function limitedKey(key: string, limits: AttributeLimits, metricName?: string): string {
  const isReserved = limits.reservedKeys.has(key) || key === metricName
  return cut(isReserved ? `attribute.${key}` : key, limits.keyLength)
}

/** Most are within the limits: it makes no array of the entries. */
function fits(
  attributes: Attributes,
  limits: AttributeLimits,
  maxCount: number,
  isReserved: (key: string) => boolean,
): boolean {
  let count = 0
  for (const key in attributes) {
    const value = attributes[key]
    count += 1
    if (count > maxCount || key.length > limits.keyLength || isReserved(key)) return false
    if (typeof value === 'string' && value.length > limits.valueLength) return false
  }
  return true
}
