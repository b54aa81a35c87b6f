import type { AnyValue, KeyValue } from './otlp-request.ts'
import type { Violation } from './violation.ts'

/** Whose attributes they are, and how many of them New Relic keeps. */
const counts = {
  resource_attribute_count: 64,
  scope_attribute_count: 8,
  record_attribute_count: 128,
} as const

/** Of a string, by signal. */
const valueLengths = { metrics: 4_095, logs: 4_094 } as const
const keyLength = 255
const arrayLength = 64

/** Not usable on metrics; overwritten; or changing which entity the data belongs to. */
const reserved: ReadonlySet<string> = new Set(
  [
    'interval.ms timestamp value common min max count sum metrics',
    'newrelic.source metricName endTimestamp',
    'entity.guid entity.name entity.type',
  ].flatMap((keys) => keys.split(' ')),
)

/** What is wrong with the attributes of a resource, scope, point or log record. */
export function* checkAttributes(
  owner: string,
  attributes: readonly KeyValue[],
  count: keyof typeof counts,
  signal: keyof typeof valueLengths,
): Generator<Violation> {
  if (attributes.length > counts[count]) yield { rule: count, detail: `${owner}: ${attributes.length} attributes` }
  const seen = new Set<string>()
  for (const { key, value } of attributes) {
    const detail = `${owner}: ${key.slice(0, 80)}`
    if (seen.has(key)) yield { rule: 'attribute_key_duplicate', detail }
    seen.add(key)
    if (key.length > keyLength)
      yield { rule: 'attribute_key_length', detail: `${detail}... has ${key.length} characters` }
    yield* checkValue(detail, value, valueLengths[signal])
  }
}

function* checkValue(detail: string, value: AnyValue, valueLength: number): Generator<Violation> {
  const { stringValue, arrayValue, kvlistValue, bytesValue } = value
  if (Object.values(value).every((member) => member === undefined)) yield { rule: 'attribute_null', detail }
  if (stringValue !== undefined && stringValue.length > valueLength) {
    yield { rule: 'attribute_value_length', detail: `${detail} has ${stringValue.length} characters` }
  }
  if (kvlistValue !== undefined || bytesValue !== undefined) yield { rule: 'attribute_complex', detail }
  if (arrayValue === undefined) return
  const { values } = arrayValue
  if (values.length > arrayLength)
    yield { rule: 'attribute_array_length', detail: `${detail} has ${values.length} entries` }
  if (new Set(values.map((entry) => Object.keys(entry).join())).size > 1) yield { rule: 'attribute_complex', detail }
}

/** Keys that New Relic keeps for itself, on metrics. */
export function* checkReservedKeys(owner: string, attributes: readonly KeyValue[]): Generator<Violation> {
  for (const { key } of attributes) {
    if (reserved.has(key)) yield { rule: 'attribute_reserved', detail: `${owner}: ${key}` }
  }
}
