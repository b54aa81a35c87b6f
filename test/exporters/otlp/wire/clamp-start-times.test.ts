import { expect, test } from 'vitest'
import type { OutgoingPoint, Temporality } from '../../../../src/deltas/outgoing-point.ts'
import { clampStartTimes } from '../../../../src/exporters/otlp/wire/clamp-start-times.ts'
import { at, backends, commits, orders, scope, series } from '../../../deltas/support/points.ts'
import { decodeRequest, pointsOf } from '../support/decode-request.ts'
import { encodePoints } from '../support/encode.ts'

function bodyOf(...points: readonly OutgoingPoint[]): Uint8Array {
  const addressed = points.map((point) => ({ resource: orders, scope, point }))
  return encodePoints(addressed, 'protobuf', undefined)
}

function counted(startS: number, endS: number, temporality: Temporality = 'delta'): OutgoingPoint {
  const of = series(commits, { 'db.namespace': `${temporality} from ${startS}` })
  return { series: of, value: startS + 7, startMs: at(startS), endMs: at(endS), temporality }
}

test('a delta that starts too early starts at that moment; all else stays byte for byte', () => {
  const gauge: OutgoingPoint = {
    series: series(backends),
    value: 3,
    startMs: at(10),
    endMs: at(10),
    temporality: 'cumulative',
  }
  const body = bodyOf(counted(10, 500), gauge, counted(20, 90), counted(300, 500), counted(10, 500, 'cumulative'))
  const expected = bodyOf(
    { ...counted(10, 500), startMs: at(100) },
    gauge,
    counted(20, 90),
    counted(300, 500),
    counted(10, 500, 'cumulative'),
  )
  const clamped = clampStartTimes(body, at(100))
  expect(clamped).toEqual(Buffer.from(expected))
  expect(pointsOf(decodeRequest(clamped ?? body)).filter(({ startMs }) => startMs === at(100))).toHaveLength(1)
  expect(clampStartTimes(body, at(5))).toBeUndefined()
})
