import fc from 'fast-check'
import type { OutgoingPoint } from '../../../../src/deltas/outgoing-point.ts'
import type { Attributes } from '../../../../src/pdata/attributes.ts'
import type { MetricInfo } from '../../../../src/pdata/metric.ts'
import type { Series } from '../../../../src/pdata/series.ts'
import { at, backends, commits, ioTime, lag, orders, scope, series } from '../../../deltas/support/points.ts'
import type { AddressedPoint, AddressedRecord } from './encode.ts'

const resources = [
  orders,
  { attributes: { 'service.instance.id': 'standby.example.com:5433', 'os.é': 'ü'.repeat(99), port: 5_432 } },
  { attributes: {} },
]
const scopes = [scope, { name: 'otelephant/internal', version: '' }]
const metrics: readonly MetricInfo[] = [commits, backends, ioTime, lag, { ...lag, name: 'größe 😀', unit: '' }]

/** Any UTF-16 units: halves of surrogate pairs too. */
const anyText = fc.array(fc.nat({ max: 0xff_ff }), { maxLength: 20 }).map((units) => String.fromCharCode(...units))
const text = fc.oneof(fc.string({ maxLength: 30 }), fc.string({ unit: 'grapheme', maxLength: 30 }), anyText)
/** Integers up to the ends of 64 bits, as far as a number holds them. */
const integer = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.constantFrom(0, -0, -1, 127, 128, 2 ** 31, 2 ** 32, 2 ** 53, 2 ** 63 - 1_024, 2 ** 63, -(2 ** 63), 1e21),
)
/** Without -0, which JSON doesn't tell from 0. */
const double = fc.double({ noNaN: true, noDefaultInfinity: true }).map((one) => one + 0)
const value = fc.oneof(text, integer, double, fc.boolean(), fc.constantFrom('x'.repeat(4_094), 'é'.repeat(5_000)))
/** Those that New Relic's limits change among them. */
const key = fc.oneof(
  { weight: 8, arbitrary: text },
  { weight: 1, arbitrary: fc.constantFrom('sum', 'metricName', commits.name, 'k'.repeat(255), 'k'.repeat(300)) },
)
export const attributes: fc.Arbitrary<Attributes> = fc
  .oneof(
    { weight: 20, arbitrary: fc.array(fc.tuple(key, value), { maxLength: 8 }) },
    { weight: 1, arbitrary: fc.array(fc.tuple(key, fc.nat()), { minLength: 120, maxLength: 140, size: 'max' }) },
  )
  .map((entries) => Object.fromEntries(entries))

const owner = fc.record({ resource: fc.constantFrom(...resources), scope: fc.constantFrom(...scopes) })
const time = fc.integer({ min: -1_000, max: 1_000_000 }).map((thousandths) => at(10) + thousandths / 1_000)

/** As those of rows are, of which points share some attributes. */
function seriesOfParts(metric: MetricInfo, attributes: Attributes, sharedCount: number): Series {
  const entries = Object.entries(attributes)
  const parts = { shared: entries.slice(0, sharedCount), own: entries.slice(sharedCount) }
  return {
    ...series(metric, attributes),
    parts: { shared: Object.fromEntries(parts.shared), own: Object.fromEntries(parts.own) },
  }
}

const point: fc.Arbitrary<OutgoingPoint> = fc
  .record({
    metric: fc.constantFrom(...metrics),
    attributes,
    sharedCount: fc.option(fc.nat({ max: 130 })),
    whole: fc.maxSafeInteger(),
    double,
    startMs: time,
    endMs: time,
  })
  .map(({ metric, attributes, sharedCount, whole, double, startMs, endMs }) => ({
    series: sharedCount === null ? series(metric, attributes) : seriesOfParts(metric, attributes, sharedCount),
    value: metric.valueType === 'int' ? whole : double,
    startMs,
    endMs,
    temporality: metric.monotonic ? 'delta' : 'cumulative',
  }))

export const addressedPoints: fc.Arbitrary<AddressedPoint[]> = fc.array(
  fc.tuple(owner, point).map(([of, one]) => ({ ...of, point: one })),
  { maxLength: 40 },
)

const hex = (length: number) =>
  fc.array(fc.constantFrom(...'0123456789abcdef'), { minLength: length, maxLength: length })
const trace = fc.record({
  traceId: hex(32).map((digits) => digits.join('')),
  spanId: hex(16).map((digits) => digits.join('')),
  flags: fc.nat({ max: 255 }),
})

export const addressedRecords: fc.Arbitrary<AddressedRecord[]> = fc.array(
  fc
    .tuple(owner, fc.record({ eventName: text, timeMs: time, attributes }), fc.option(trace, { nil: undefined }))
    .map(([of, record, link]) => ({ ...of, record: link === undefined ? record : { ...record, trace: link } })),
  { maxLength: 20 },
)
