import { ValueType } from '@opentelemetry/api'
import { ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { AggregationTemporality, DataPointType, type MetricData } from '@opentelemetry/sdk-metrics'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeProtobuf, exportLogsRequest, exportMetricsRequest } from '../../../../src/demo/endpoint/otlp-proto.ts'
import { encodings } from '../../../../src/exporters/otlp/wire/encoding.ts'
import { countItems, sliceItems } from '../../../../src/exporters/otlp/wire/stored-body.ts'
import type { Series } from '../../../../src/pdata/series.ts'
import { at, backends, commits, ioTime, lag, orders, scope, series } from '../../../deltas/support/points.ts'
import { type AddressedPoint, encodePoints } from '../support/encode.ts'

const signal = 'metrics' as const
const resources = [
  orders,
  { attributes: { 'service.instance.id': 'standby.example.com:5433', 'os.é': 'ü'.repeat(99) } },
]
const scopes = [scope, { name: 'otelephant/internal', version: '' }]
const metrics = [commits, backends, ioTime, lag]

/** Where a point is, and what it says. Sorted by place, as the encoder groups. */
const place = fc.record({
  resource: fc.nat({ max: 1 }),
  scope: fc.nat({ max: 1 }),
  metric: fc.nat({ max: 3 }),
  value: fc.oneof(fc.integer({ min: -5, max: 5 }), fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })),
  label: fc.string({ maxLength: 200, unit: 'grapheme' }),
})
const request = fc.array(place, { minLength: 1, maxLength: 60 }).map((places) => {
  const rank = (one: (typeof places)[number]) => one.resource * 100 + one.scope * 10 + one.metric
  return places.toSorted((one, other) => rank(one) - rank(other)).map(toPoint)
})

function toPoint(one: {
  resource: number
  scope: number
  metric: number
  value: number
  label: string
}): AddressedPoint {
  const metric = metrics[one.metric] ?? commits
  const of: Series = series(metric, { 'db.namespace': one.label, value: one.value })
  const value = metric.valueType === 'int' ? one.value : one.value / 3
  return {
    resource: resources[one.resource] ?? orders,
    scope: scopes[one.scope] ?? scope,
    point: { series: of, value, startMs: at(1), endMs: at(2), temporality: metric.monotonic ? 'delta' : 'cumulative' },
  }
}

for (const encoding of encodings) {
  test(`a slice of a request in ${encoding} is byte for byte the request of that slice`, () => {
    fc.assert(
      fc.property(request, fc.nat(), fc.nat(), (points, one, other) => {
        const [start, end] = [one % points.length, other % (points.length + 1)].sort((a, b) => a - b)
        fc.pre(start !== undefined && end !== undefined && start < end)
        const whole = { bytes: encodePoints(points, encoding, undefined), encoding, signal }
        expect(countItems(whole)).toBe(points.length)
        const slice = sliceItems(whole, start ?? 0, end ?? 0)
        expect(Buffer.from(slice)).toEqual(Buffer.from(encodePoints(points.slice(start, end), encoding, undefined)))
      }),
      { numRuns: 150 },
    )
  })
}

test('both halves, read by the official descriptor, hold all that the whole holds', () => {
  fc.assert(
    fc.property(request, (points) => {
      const whole = { bytes: encodePoints(points, 'protobuf', undefined), encoding: 'protobuf', signal } as const
      const middle = Math.ceil(points.length / 2)
      const halves = [sliceItems(whole, 0, middle), sliceItems(whole, middle, points.length)]
      const texts = halves.flatMap((half) => dataPointsIn(decodeProtobuf(exportMetricsRequest, half)))
      expect(texts).toEqual(dataPointsIn(decodeProtobuf(exportMetricsRequest, whole.bytes)))
      expect(texts).toHaveLength(points.length)
    }),
    { numRuns: 50 },
  )
})

/** Each data point as text, wherever it is. */
function dataPointsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(dataPointsIn)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, member]) =>
    name === 'dataPoints' && Array.isArray(member) ? member.map((one) => JSON.stringify(one)) : dataPointsIn(member),
  )
}

test('histograms are counted and sliced like all others', () => {
  const histogram = (count: number) => ({
    startTime: [1, 0] as const,
    endTime: [2, 0] as const,
    attributes: { count },
    value: { count, sum: 7, min: 1, max: 5, buckets: { boundaries: [1, 5], counts: [count, 0, 0] } },
  })
  const encoded = (counts: readonly number[]) => {
    const metric: MetricData = {
      descriptor: { name: 'latency', description: '', unit: 's', valueType: ValueType.INT },
      aggregationTemporality: AggregationTemporality.DELTA,
      dataPointType: DataPointType.HISTOGRAM,
      dataPoints: counts.map(histogram).map((one) => ({ ...one, startTime: [1, 0], endTime: [2, 0] })),
    }
    const resource = resourceFromAttributes({ host: 'db-1' })
    const bytes = ProtobufMetricsSerializer.serializeRequest({ resource, scopeMetrics: [{ scope, metrics: [metric] }] })
    return { bytes: bytes ?? new Uint8Array(), encoding: 'protobuf', signal } as const
  }
  const whole = encoded([3, 4, 5, 6])
  expect(countItems(whole)).toBe(4)
  expect(Buffer.from(sliceItems(whole, 1, 3))).toEqual(Buffer.from(encoded([4, 5]).bytes))
})

test('logs are counted and sliced by their records', () => {
  const encoded = (bodies: readonly string[]) => {
    const logRecords = bodies.map((stringValue) => ({ timeUnixNano: 7, body: { stringValue } }))
    const resourceLogs = [{ resource: {}, scopeLogs: [{ scope: { name: 'postgresql' }, logRecords }] }]
    const bytes = exportLogsRequest.encode(exportLogsRequest.fromObject({ resourceLogs })).finish()
    return { bytes, encoding: 'protobuf', signal: 'logs' } as const
  }
  const whole = encoded(['one', 'two', 'three'])
  expect(countItems(whole)).toBe(3)
  expect(Buffer.from(sliceItems(whole, 1, 3))).toEqual(Buffer.from(encoded(['two', 'three']).bytes))
})

test('bytes that are no request are an error or hold nothing, and end', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const broken = { bytes, encoding: 'protobuf', signal } as const
      try {
        expect(countItems(broken)).toBeGreaterThanOrEqual(0)
      } catch (error) {
        expect(error).toMatchObject({ message: expect.stringMatching(/varint|wire type|past the end/) })
      }
    }),
  )
})
