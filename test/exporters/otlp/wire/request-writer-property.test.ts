import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodePayload } from '../../../../src/demo/endpoint/decode-request.ts'
import { type Encoding, encodings } from '../../../../src/exporters/otlp/wire/encoding.ts'
import { newRelicLimits } from '../../../../src/exporters/otlp/wire/limits.ts'
import { type Added, RequestWriter } from '../../../../src/exporters/otlp/wire/request-writer.ts'
import type { Signal } from '../../../../src/pdata/signal.ts'
import { at, backends, ioTime, orders, scope, series } from '../../../deltas/support/points.ts'
import { type AddressedPoint, type AddressedRecord, encodePoints, encodeRecords } from '../support/encode.ts'
import { addressedPoints, addressedRecords } from '../support/random-items.ts'
import { stockPoints, stockRecords } from '../support/stock-serializer.ts'

const limitsOf = fc.constantFrom(undefined, newRelicLimits)

/** A request as the demo's endpoint reads it, by protobufjs and its own definitions. */
function decoded(signal: Signal, encoding: Encoding, body: Uint8Array) {
  const contentType = encoding === 'json' ? 'application/json' : 'application/x-protobuf'
  return decodePayload(signal, contentType, Buffer.from(body)).request
}

describe('protobuf is byte for byte what the stock serializer writes', () => {
  test('of points', () => {
    fc.assert(
      fc.property(addressedPoints, limitsOf, (points, limits) => {
        const own = Buffer.from(encodePoints(points, 'protobuf', limits?.metrics))
        const stock = Buffer.from(stockPoints(points, 'protobuf', limits?.metrics))
        expect(decoded('metrics', 'protobuf', own)).toEqual(decoded('metrics', 'protobuf', stock))
        expect(own).toEqual(stock)
      }),
      { numRuns: 200 },
    )
  })

  test('of log records', () => {
    fc.assert(
      fc.property(addressedRecords, limitsOf, (records, limits) => {
        const own = Buffer.from(encodeRecords(records, 'protobuf', limits?.logs))
        const stock = Buffer.from(stockRecords(records, 'protobuf', limits?.logs))
        expect(decoded('logs', 'protobuf', own)).toEqual(decoded('logs', 'protobuf', stock))
        expect(own).toEqual(stock)
      }),
      { numRuns: 200 },
    )
  })
})

describe('JSON says what protobuf says', () => {
  test('of points', () => {
    fc.assert(
      fc.property(addressedPoints, (points) => {
        const json = decoded('metrics', 'json', encodePoints(points, 'json', newRelicLimits.metrics))
        expect(json).toEqual(decoded('metrics', 'protobuf', encodePoints(points, 'protobuf', newRelicLimits.metrics)))
      }),
      { numRuns: 200 },
    )
  })

  test('of log records', () => {
    fc.assert(
      fc.property(addressedRecords, (records) => {
        const json = decoded('logs', 'json', encodeRecords(records, 'json', newRelicLimits.logs))
        expect(json).toEqual(decoded('logs', 'protobuf', encodeRecords(records, 'protobuf', newRelicLimits.logs)))
      }),
      { numRuns: 200 },
    )
  })
})

/** What is written of items that each have their index for a value or attribute. */
interface Cut<Item> {
  readonly requests: readonly { readonly items: readonly Item[]; readonly body: Buffer }[]
  readonly tooLarge: readonly Item[]
}

function cut<Item>(items: readonly Item[], writer: RequestWriter, add: (item: Item) => Added): Cut<Item> {
  const requests: { items: Item[]; body: Buffer }[] = []
  const tooLarge: Item[] = []
  let held: Item[] = []
  const take = () => {
    requests.push({ items: held, body: Buffer.from(writer.take()) })
    held = []
  }
  for (const item of items) {
    let added = add(item)
    if (added === 'full') {
      take()
      added = add(item)
    }
    if (added === 'too_large') {
      tooLarge.push(item)
      continue
    }
    expect(added).toBe('added')
    held.push(item)
    expect(writer.items).toBe(held.length)
  }
  if (held.length > 0) take()
  return { requests, tooLarge }
}

/** No request is over the limit, each ends where the next item would pass it, and all items are in one, in order. */
function check<Item>(
  items: readonly Item[],
  { requests, tooLarge }: Cut<Item>,
  limit: number,
  encode: (of: readonly Item[]) => Uint8Array,
) {
  for (const { items: inside, body } of requests) {
    expect(body.byteLength).toBeLessThanOrEqual(limit)
    expect(body).toEqual(Buffer.from(encode(inside)))
  }
  for (const [index, { items: inside }] of requests.entries()) {
    const next = requests[index + 1]?.items[0]
    if (next !== undefined) expect(encode([...inside, next]).byteLength).toBeGreaterThan(limit)
  }
  for (const item of tooLarge) expect(encode([item]).byteLength).toBeGreaterThan(limit)
  expect([...requests.flatMap((one) => one.items), ...tooLarge].length).toBe(items.length)
  expect(requests.flatMap((one) => one.items)).toEqual(items.filter((item) => !tooLarge.includes(item)))
}

const limit = fc.oneof(fc.integer({ min: 2_000, max: 20_000 }), fc.integer({ min: 2_000, max: 1_000_000 }))
const owners = [orders, ...Array.from({ length: 20 }, (_, index) => ({ attributes: { host: `db-${index}` } }))]
/** Few owners and texts, so that many items share a request, and some that are large. */
const shape = fc.record({
  owner: fc.oneof(fc.constant(0), fc.nat({ max: owners.length - 1 })),
  metric: fc.boolean(),
  text: fc.oneof(fc.nat({ max: 200 }), fc.nat({ max: 4_000 })),
})
const shapes = fc.oneof(
  fc.array(shape, { maxLength: 60 }),
  fc.array(shape, { minLength: 200, maxLength: 300, size: 'max' }),
)

for (const encoding of encodings) {
  test(`no request of points is over the limit, and none could hold one more (${encoding})`, () => {
    fc.assert(
      fc.property(shapes, limit, (list, maxRequestBytes) => {
        const points = list.map(({ owner, metric, text }, index): AddressedPoint => {
          const of = series(metric ? backends : ioTime, { text: 'x'.repeat(text), index: index % 3 })
          const point = { series: of, value: index, startMs: at(1), endMs: at(2), temporality: 'cumulative' } as const
          return { resource: owners[owner] ?? orders, scope, point }
        })
        const writer = new RequestWriter({ signal: 'metrics', encoding, limits: undefined, maxRequestBytes })
        const done = cut(points, writer, (one) => writer.addPoint(one.resource, one.scope, one.point))
        check(points, done, maxRequestBytes, (some) => encodePoints(some, encoding, undefined))
      }),
      { numRuns: 60 },
    )
  })

  test(`no request of log records is over the limit, and none could hold one more (${encoding})`, () => {
    fc.assert(
      fc.property(shapes, limit, (list, maxRequestBytes) => {
        const records = list.map(({ owner, text }, index): AddressedRecord => {
          const record = { eventName: 'seen', timeMs: at(1), attributes: { text: 'x'.repeat(text), index } }
          return { resource: owners[owner] ?? orders, scope, record }
        })
        const writer = new RequestWriter({ signal: 'logs', encoding, limits: undefined, maxRequestBytes })
        const done = cut(records, writer, (one) => writer.addRecord(one.resource, one.scope, one.record))
        check(records, done, maxRequestBytes, (some) => encodeRecords(some, encoding, undefined))
      }),
      { numRuns: 60 },
    )
  })
}
