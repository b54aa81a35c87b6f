import { expect, test } from 'vitest'
import { decodePayload } from '../../../../src/demo/endpoint/decode-request.ts'
import { encodings } from '../../../../src/exporters/otlp/wire/encoding.ts'
import { newRelicLimits } from '../../../../src/exporters/otlp/wire/limits.ts'
import { RequestWriter } from '../../../../src/exporters/otlp/wire/request-writer.ts'
import type { Attributes } from '../../../../src/pdata/attributes.ts'
import { at, backends, orders, scope, series } from '../../../deltas/support/points.ts'
import { record } from '../support/log-records.ts'

const contentTypes = { protobuf: 'application/x-protobuf', json: 'application/json' } as const
const [json, limits, maxRequestBytes] = ['json', newRelicLimits.logs, 1e6] as const

function gauge(value: number, attributes: Attributes = { 'db.namespace': 'orders' }) {
  return {
    series: series(backends, attributes),
    value,
    startMs: at(1),
    endMs: at(2.0015),
    temporality: 'cumulative',
  } as const
}

for (const encoding of encodings) {
  const decode = (signal: 'metrics' | 'logs', body: Uint8Array) =>
    decodePayload(signal, contentTypes[encoding], Buffer.from(body))

  test(`a double that is declared so stays one at a whole number; other whole numbers are integers (${encoding})`, () => {
    const writer = new RequestWriter({ signal: 'logs', encoding, limits, maxRequestBytes })
    // A reserved key is sent under another one, and stays a double.
    const attributes = { 'postgresql.total_plan_time': 0, sum: 7, 'postgresql.calls': 12, share: 0.25 }
    const doubles = ['postgresql.total_plan_time', 'sum']
    writer.addRecord(orders, scope, { eventName: 'top', timeMs: at(1), attributes, doubles })
    const { request } = decode('logs', writer.take())
    const [resource] = 'resourceLogs' in request ? request.resourceLogs : []
    expect(resource?.scopeLogs[0]?.logRecords[0]?.attributes).toEqual([
      { key: 'postgresql.total_plan_time', value: { doubleValue: 0 } },
      { key: 'attribute.sum', value: { doubleValue: 7 } },
      { key: 'postgresql.calls', value: { intValue: 12n } },
      { key: 'share', value: { doubleValue: 0.25 } },
    ])
  })

  test(`what can't be encoded is refused, and all else goes (${encoding})`, () => {
    const bad: Attributes = JSON.parse('{"db.namespace":"orders","list":[1,2]}')
    const none: Attributes = JSON.parse('{"none":null}')
    const writer = new RequestWriter({ signal: 'metrics', encoding, limits: undefined, maxRequestBytes: 20_000 })
    expect(writer.addPoint(orders, scope, gauge(1, bad))).toBe('invalid_attribute')
    expect(writer.addPoint(orders, scope, gauge(2))).toBe('added')
    expect(writer.addPoint({ attributes: none }, scope, gauge(3))).toBe('invalid_attribute')
    expect(writer.addPoint(orders, scope, gauge(4, { text: 'x'.repeat(20_000) }))).toBe('too_large')
    expect(writer.addPoint(orders, scope, gauge(4, { share: Number.NaN }))).toBe('invalid_attribute')
    expect(writer.addPoint(orders, scope, gauge(4, { text: 'y'.repeat(15_000) }))).toBe('added')
    expect(writer.addPoint(orders, scope, gauge(5, { text: 'z'.repeat(15_000) }))).toBe('full')
    expect(writer.addPoint(orders, scope, gauge(6, { text: 'a\ud800b' }))).toBe('added')
    const { request } = decode('metrics', writer.take())
    const [resource, ...others] = 'resourceMetrics' in request ? request.resourceMetrics : []
    expect(others).toEqual([])
    const points = resource?.scopeMetrics[0]?.metrics[0]?.sum?.dataPoints
    expect(points?.map(({ asInt, attributes }) => [asInt, attributes[0]?.value.stringValue?.slice(0, 6)])).toEqual([
      [2n, 'orders'],
      [4n, 'yyyyyy'],
      [6n, 'a\ufffdb'],
    ])
  })

  test(`a request that was taken is gone, and what was encoded for it is used again (${encoding})`, () => {
    const writer = new RequestWriter({ signal: 'metrics', encoding, limits: undefined, maxRequestBytes })
    const one = gauge(12)
    const bodies = [one, one, gauge(34)].map((point) => {
      writer.addPoint(orders, scope, point)
      expect(writer.items).toBe(1)
      return Buffer.from(writer.take())
    })
    expect(bodies[1]).toEqual(bodies[0])
    expect(bodies[2]).not.toEqual(bodies[0])
    expect(writer.items).toBe(0)
  })
}

test('JSON has 64-bit integers as strings, enums as numbers and ids in hex', () => {
  const metrics = new RequestWriter({ signal: 'metrics', encoding: json, limits: undefined, maxRequestBytes })
  metrics.addPoint(orders, scope, gauge(Number.MIN_SAFE_INTEGER, { 'server.port': 5_432 }))
  expect(JSON.parse(Buffer.from(metrics.take()).toString())).toEqual({
    resourceMetrics: [
      {
        resource: { attributes: [{ key: 'service.instance.id', value: { stringValue: 'db.example.com:5432' } }] },
        scopeMetrics: [
          {
            scope,
            metrics: [
              {
                name: 'postgresql.backends',
                unit: '{backend}',
                sum: {
                  dataPoints: [
                    {
                      attributes: [{ key: 'server.port', value: { intValue: '5432' } }],
                      startTimeUnixNano: '1893456001000000000',
                      timeUnixNano: '1893456002001500000',
                      asInt: '-9007199254740991',
                    },
                  ],
                  aggregationTemporality: 2,
                },
              },
            ],
          },
        ],
      },
    ],
  })
  const logs = new RequestWriter({ signal: 'logs', encoding: json, limits, maxRequestBytes })
  const trace = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', flags: 1 }
  logs.addRecord(orders, scope, record(10, {}, { trace }))
  expect(Buffer.from(logs.take()).toString()).toContain(
    '"flags":1,"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203331"',
  )
})
