import type { OutgoingPoint } from '../../../deltas/outgoing-point.ts'
import { isInteger, toMicros, type WireAttribute, type WireFormat } from './wire-format.ts'

const temporalities = { delta: 1, cumulative: 2 } as const

/**
 * OTLP as JSON (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding): proto3's JSON mapping, 64-bit integers
 * as strings, but enums as numbers and the ids of traces in hex.
 */
export const jsonFormat: WireFormat = {
  // A comma.
  frameBytes: (_, isFirst) => (isFirst ? 0 : 1),
  writeFrame(out, _field, _contentBytes, isFirst) {
    if (!isFirst) out.text(',')
  },
  request: (signal) => envelope(`{"${signal === 'metrics' ? 'resourceMetrics' : 'resourceLogs'}":[`, ']}'),
  resource: (signal, attributes) => {
    const head = Buffer.concat([
      Buffer.from('{"resource":{"attributes":['),
      attributes,
      Buffer.from(`]},"${signal === 'metrics' ? 'scopeMetrics' : 'scopeLogs'}":[`),
    ])
    return { field: 0, head, tail: Buffer.from(']}') }
  },
  scope: (signal, { name, version }) => {
    const scope = stringify({ name, ...(version === '' ? {} : { version }) })
    return envelope(`{"scope":${scope},"${signal === 'metrics' ? 'metrics' : 'logRecords'}":[`, ']}')
  },
  metric: ({ name, unit, kind }) =>
    envelope(`${stringify({ name, ...(unit === '' ? {} : { unit }) }).slice(0, -1)},"${kind}":`, '}'),
  data: ({ kind, monotonic }, temporality) => {
    const sum = `,"aggregationTemporality":${temporalities[temporality]}${monotonic ? ',"isMonotonic":true' : ''}`
    return envelope('{"dataPoints":[', `]${kind === 'sum' ? sum : ''}}`)
  },
  attributes: (_, attributes) =>
    Buffer.from(attributes.map((one) => `{"key":${stringify(one.key)},"value":${anyValue(one)}}`).join()),
  pointBytes: (attributes, own, point) =>
    numbers(point).length + attributes.length + separator(attributes, own).length + own.length + ']}'.length,
  writePoint(out, attributes, own, point) {
    out.text(numbers(point))
    out.raw(attributes)
    out.text(separator(attributes, own))
    out.raw(own)
    out.text(']}')
  },
  record: ({ timeMs, eventName, trace }, attributes) => {
    const time = nanoseconds(timeMs)
    const members = {
      timeUnixNano: time,
      observedTimeUnixNano: time,
      ...(eventName === '' ? {} : { eventName }),
      ...(trace === undefined ? {} : { flags: trace.flags, traceId: trace.traceId, spanId: trace.spanId }),
    }
    return Buffer.concat([
      Buffer.from(`${stringify(members).slice(0, -1)},"attributes":[`),
      attributes,
      Buffer.from(']}'),
    ])
  },
}

function envelope(
  head: string,
  tail: string,
): { readonly field: 0; readonly head: Uint8Array; readonly tail: Uint8Array } {
  return { field: 0, head: Buffer.from(head), tail: Buffer.from(tail) }
}

/** Half a surrogate pair becomes U+FFFD, as in protobuf; JSON.stringify alone would write it as an escape. */
function stringify(value: string | object): string {
  return JSON.stringify(value, (_, text) => (typeof text === 'string' ? text.toWellFormed() : text))
}

function anyValue(one: WireAttribute): string {
  const { value } = one
  if (typeof value === 'string') return `{"stringValue":${stringify(value)}}`
  if (typeof value === 'boolean') return `{"boolValue":${value}}`
  return isInteger(one) ? `{"intValue":"${BigInt(value)}"}` : `{"doubleValue":${value}}`
}

function separator(one: Uint8Array, other: Uint8Array): string {
  return one.length > 0 && other.length > 0 ? ',' : ''
}

/** What stands before a point's attributes; in ASCII. */
function numbers({ series, startMs, endMs, value }: OutgoingPoint): string {
  const shown = series.metric.valueType === 'int' ? `"asInt":"${value}"` : `"asDouble":${value}`
  return `{"startTimeUnixNano":"${nanoseconds(startMs)}","timeUnixNano":"${nanoseconds(endMs)}",${shown},"attributes":[`
}

/** Since the Unix epoch, in digits: more than a number holds. */
function nanoseconds(ms: number): string {
  const micros = toMicros(ms)
  return micros === 0 ? '0' : `${micros}000`
}
