import { expect, test } from 'vitest'
import { encodings } from '../../../../src/exporters/otlp/wire/encoding.ts'
import type { Attributes } from '../../../../src/pdata/attributes.ts'
import {
  backends,
  batch,
  commits,
  ioTime,
  lag,
  orders,
  point,
  reading,
  series,
} from '../../../deltas/support/points.ts'
import { unexplainedPoints } from '../../../support/unexplained-points.ts'
import { decodeRequest, pointsOf } from '../support/decode-request.ts'
import { exporterTo } from '../support/exporter-under-test.ts'
import { logBatch, record } from '../support/log-records.ts'
import { OtlpServer } from '../support/otlp-server.ts'

/** A value that the types exclude. */
const unknownType: Attributes = JSON.parse('{"db.namespace":{"name":"orders"}}')

for (const encoding of encodings) {
  test(`bad points are counted under their reasons, and the rest goes (${encoding})`, async ({ signal }) => {
    await using server = await OtlpServer.listen()
    await using under = await exporterTo(server.url, { target: { encoding } })
    const huge = { text: 'x'.repeat(1_000_000) }
    await under.exporter.consume(
      batch(reading(10), [
        point(series(lag), Number.NaN),
        point(series(ioTime), Number.POSITIVE_INFINITY),
        point(series(backends, unknownType), 3),
        point(series(backends, huge), 4),
        point(series(backends, { user: 'half \udc00 a pair' }), 5),
        point(series(commits, { row: 1 }), 2n ** 70n),
        point(series(backends), 6),
      ]),
      signal,
    )
    // Of a metric without points.
    await under.exporter.consume(batch(reading(40, { query: 'other' }), []), signal)
    await under.exporter.flush(signal)
    const points = server.received.flatMap(({ body }) => pointsOf(decodeRequest(body, encoding)))
    expect(points.map(({ value, attributes }) => [value, attributes])).toEqual([
      [5, { user: 'half \ufffd a pair' }],
      [6, { 'db.namespace': 'orders' }],
    ])
    expect(under.exporter.account()).toEqual({
      consumed: 7,
      sent: 2,
      queued: 0,
      dropped: { invalid_value: 2, invalid_attribute: 1, too_large: 1 },
      absorbed: { first_sight: 1 },
    })
    expect(unexplainedPoints(under.exporter.account())).toBe(0)
  })

  test(`bad records are counted under their reasons, and the rest goes (${encoding})`, async ({ signal }) => {
    await using server = await OtlpServer.listen()
    await using under = await exporterTo(server.url, { target: { encoding } })
    const bad = [record(10, unknownType), record(10, { text: 'x'.repeat(1_000_000) })]
    await under.exporter.consumeLogs(logBatch([...bad, record(10, { 'postgresql.pid': 3 })]), signal)
    await under.exporter.consumeLogs(logBatch([record(10, {})], { attributes: unknownType }), signal)
    await under.exporter.consumeLogs(logBatch([record(11, {})], orders), signal)
    await under.exporter.flush(signal)
    expect(under.exporter.account()).toEqual({
      consumed: 5,
      sent: 2,
      queued: 0,
      dropped: { invalid_attribute: 2, too_large: 1 },
      absorbed: {},
    })
  })
}
