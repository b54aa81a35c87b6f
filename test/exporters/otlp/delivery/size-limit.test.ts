import { expect, test } from 'vitest'
import { SizeLimit } from '../../../../src/exporters/otlp/delivery/size-limit.ts'
import { backends, batch, point, reading, series } from '../../../deltas/support/points.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import { unexplainedPoints } from '../../../support/unexplained-points.ts'
import { decodeRequest, pointsOf } from '../support/decode-request.ts'
import { exporterTo } from '../support/exporter-under-test.ts'
import { OtlpServer, type ReceivedRequest } from '../support/otlp-server.ts'

/** As a Collector says it: a google.rpc.Status of code 3. */
const collectorSays = Buffer.concat([
  Buffer.from([0x08, 0x03, 0x12, 0x1c]),
  Buffer.from('http: request body too large'),
])

const valuesIn = ({ body }: ReceivedRequest) => pointsOf(decodeRequest(body)).map(({ value }) => value)

/** An endpoint that answers with 400 to bodies above so many bytes. */
async function limited(maxBytes: number, says: Buffer | string, clock?: FakeClock) {
  const server = await OtlpServer.listen()
  const taken: number[] = []
  const limit = { bytes: maxBytes }
  server.answer = (response, request) => {
    if (request.body.byteLength > limit.bytes) {
      response.writeHead(400, { 'content-type': 'application/x-protobuf' }).end(says)
    } else {
      taken.push(...valuesIn(request))
      response.writeHead(200).end()
    }
  }
  const under = await exporterTo(server.url, clock === undefined ? {} : { clock })
  return {
    server,
    taken,
    limit,
    ...under,
    /** Delivers one request with that many points; how many requests it took, and how many were refused. */
    async deliver(points: number, signal: AbortSignal) {
      const before = server.received.length
      const values = Array.from({ length: points }, (_, index) => index + 1)
      const wide = (value: number) => point(series(backends, { value, text: 'x'.repeat(200) }), value)
      const consumed = under.exporter.consume(batch(reading(before + 1), values.map(wide)), signal)
      await clock?.advance(0)
      await consumed
      await under.exporter.flush(signal)
      const sent = server.received.slice(before)
      return { requests: sent.length, refused: sent.filter(({ body }) => body.byteLength > limit.bytes).length }
    },
    async [Symbol.asyncDispose]() {
      await under.exporter.shutdown()
      await server[Symbol.asyncDispose]()
    },
  }
}

for (const { what, says } of [
  { what: 'as a Collector says it', says: collectorSays },
  { what: 'without a word', says: '' },
  { what: 'with another word', says: 'bad request' },
]) {
  // 3,000 points of 300 bytes: more than 32 halvings make small enough.
  test(`a request that is 200 times too large for the endpoint arrives whole, refused with 400 ${what}`, async ({
    signal,
  }) => {
    await using under = await limited(4_500, says)
    await under.deliver(3_000, signal)
    expect(under.taken.toSorted((one, other) => one - other)).toEqual(
      Array.from({ length: 3_000 }, (_, index) => index + 1),
    )
    expect(under.exporter.account()).toMatchObject({ consumed: 3_000, sent: 3_000, queued: 0, dropped: {} })
    expect(under.lines.filter(({ level }) => level === 'error')).toEqual([])
  })

  test(`the endpoint's size is learned and kept to: no other request is refused with 400 ${what}`, async ({
    signal,
  }) => {
    await using under = await limited(100_000, says)
    expect((await under.deliver(1_500, signal)).refused).toBeGreaterThan(0)
    for (const points of [1_500, 3_000]) {
      const { requests, refused } = await under.deliver(points, signal)
      expect({ points, refused }).toEqual({ points, refused: 0 })
      // By no more than twice as many requests as it takes.
      expect(requests).toBeLessThanOrEqual(2 * Math.ceil((points * 300) / 100_000) + 1)
    }
    expect(under.exporter.account()).toMatchObject({ consumed: 6_000, sent: 6_000, queued: 0, dropped: {} })
  })
}

test('one point that is too large for a 400 is dropped as that, the others are sent', async ({ signal }) => {
  await using under = await limited(100_000, collectorSays)
  const huge = point(series(backends, { text: 'y'.repeat(150_000) }), 31)
  await under.exporter.consume(batch(reading(1), [huge, point(series(backends), 32)]), signal)
  await under.exporter.flush(signal)
  expect(under.taken).toEqual([32])
  expect(under.exporter.account()).toMatchObject({ consumed: 2, sent: 1, queued: 0, dropped: { too_large: 1 } })
  expect(under.lines.filter(({ level }) => level === 'error')).toMatchObject([
    { fields: { error: 'HTTP 400: http: request body too large' } },
  ])
})

test('many bad points among good ones are dropped, and nothing with them', async ({ signal }) => {
  await using server = await OtlpServer.listen()
  const taken: number[] = []
  server.answer = (response, request) => {
    const values = valuesIn(request)
    const isBad = values.some((value) => value % 9 === 0)
    if (!isBad) taken.push(...values)
    response.writeHead(isBad ? 400 : 200).end()
  }
  await using under = await exporterTo(server.url)
  const values = Array.from({ length: 900 }, (_, index) => index + 1)
  await under.exporter.consume(
    batch(
      reading(1),
      values.map((value) => point(series(backends, { value }), value)),
    ),
    signal,
  )
  await under.exporter.flush(signal)
  expect(taken).toHaveLength(800)
  expect(under.exporter.account()).toMatchObject({ consumed: 900, sent: 800, queued: 0, dropped: { rejected: 100 } })
  expect(unexplainedPoints(under.exporter.account())).toBe(0)
})

test('what was learned is forgotten after a day', async ({ signal }) => {
  const clock = new FakeClock()
  await using under = await limited(100_000, collectorSays, clock)
  await under.deliver(1_500, signal)
  expect(await under.deliver(1_500, signal)).toMatchObject({ refused: 0 })
  under.limit.bytes = 10_000_000
  expect((await under.deliver(1_500, signal)).requests).toBeGreaterThan(3)
  await clock.advance(24 * 3_600_000)
  expect(await under.deliver(1_500, signal)).toEqual({ requests: 1, refused: 0 })
})

test('a limit lies between what was taken and what was refused, and is forgotten when more is taken', () => {
  const clock = new FakeClock()
  const limit = new SizeLimit(clock)
  limit.taken(900_000)
  expect(limit.bytes).toBeUndefined()
  limit.refused(800_000)
  expect(limit.bytes).toBe(400_000)
  limit.taken(500_000)
  expect(limit.bytes).toBe(500_000)
  limit.refused(450_000)
  expect(limit.bytes).toBe(225_000)
  limit.taken(460_000)
  expect(limit.bytes).toBeUndefined()
})

test('an endpoint that finds everything too large for a while teaches no tiny limit', () => {
  const limit = new SizeLimit(new FakeClock())
  for (const bytes of [900_000, 300, 40]) limit.refused(bytes)
  expect(limit.bytes).toBe(16_384)
  limit.taken(16_000)
  expect(limit.bytes).toBeUndefined()
})
