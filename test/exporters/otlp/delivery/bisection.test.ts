import { expect, test } from 'vitest'
import { MemoryStore } from '../../../../src/exporters/otlp/queue/memory-store.ts'
import { compressions } from '../../../../src/exporters/otlp/wire/compression.ts'
import { encodings } from '../../../../src/exporters/otlp/wire/encoding.ts'
import { backends, batch, point, reading, series } from '../../../deltas/support/points.ts'
import { decodeRequest, pointsOf } from '../support/decode-request.ts'
import { type ExporterOptions, exporterTo } from '../support/exporter-under-test.ts'
import { OtlpServer, type ReceivedRequest } from '../support/otlp-server.ts'

/** Answers with that status to requests that it finds bad, and keeps the values of the others. */
async function refusing(
  status: number,
  isBad: (values: readonly number[], request: ReceivedRequest) => boolean,
  target: ExporterOptions['target'] = {},
) {
  const server = await OtlpServer.listen()
  const accepted: number[] = []
  server.answer = (response, request) => {
    const values = pointsOf(decodeRequest(request.body, target.encoding)).map(({ value }) => value)
    const bad = isBad(values, request)
    if (!bad) accepted.push(...values)
    response.writeHead(bad ? status : 202).end(bad ? 'bad start time' : '')
  }
  const under = await exporterTo(server.url, { target })
  return {
    server,
    accepted,
    ...under,
    /** Delivers one request with these values, as far as the endpoint lets. */
    async deliver(values: readonly number[], signal: AbortSignal) {
      const points = values.map((value) => point(series(backends, { value }), value))
      await under.exporter.consume(batch(reading(1), points), signal)
      await under.exporter.flush(signal)
    },
    async [Symbol.asyncDispose]() {
      await under.exporter.shutdown()
      await server[Symbol.asyncDispose]()
    },
  }
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

for (const encoding of encodings) {
  for (const compression of compressions) {
    test(`one bad point takes no other with it (${encoding}, ${compression})`, async ({ signal }) => {
      await using under = await refusing(400, (values) => values.includes(313), { encoding, compression })
      await under.deliver(upTo(700), signal)
      expect(under.accepted.toSorted((one, other) => one - other)).toEqual(upTo(700).filter((value) => value !== 313))
      expect(under.exporter.account()).toMatchObject({ consumed: 700, sent: 699, queued: 0, dropped: { rejected: 1 } })
    })
  }
}

test('a bad point among 3,900 is found with 32 more requests at most, and is said once', async ({ signal }) => {
  await using under = await refusing(400, (values) => values.includes(2_000))
  await under.deliver(upTo(3_900), signal)
  expect(under.exporter.account()).toMatchObject({ sent: 3_899, dropped: { rejected: 1 } })
  expect(under.server.received.length).toBeLessThanOrEqual(33)
  expect(under.lines.filter(({ level }) => level === 'error')).toMatchObject([
    { fields: { points: 1, reason: 'rejected', error: 'HTTP 400: bad start time' } },
  ])
})

test('where all is refused, 32 more requests are made and everything is dropped and said once', async ({ signal }) => {
  await using under = await refusing(400, () => true)
  await under.deliver(upTo(3_000), signal)
  expect(under.server.received).toHaveLength(33)
  expect(under.exporter.account()).toMatchObject({ consumed: 3_000, sent: 0, queued: 0, dropped: { rejected: 3_000 } })
  expect(under.lines.filter(({ level }) => level === 'error')).toMatchObject([{ fields: { points: 3_000 } }])
})

test('HTTP 413 halves until it fits', async ({ signal }) => {
  await using under = await refusing(413, (values) => values.length > 20)
  await under.deliver(upTo(1_000), signal)
  expect(under.accepted.toSorted((one, other) => one - other)).toEqual(upTo(1_000))
  expect(under.exporter.account()).toMatchObject({ sent: 1_000, dropped: {} })
})

test('one point that is too large is dropped, the others are sent', async ({ signal }) => {
  await using under = await refusing(413, (values) => values.includes(7))
  await under.deliver(upTo(90), signal)
  expect(under.exporter.account()).toMatchObject({ sent: 89, queued: 0, dropped: { too_large: 1 } })
})

test('halves are as old as the whole: what came since goes before them', async ({ signal }) => {
  await using server = await OtlpServer.listen()
  const held = Promise.withResolvers<() => void>()
  server.answer = (response, _, index) => {
    if (index === 0) held.resolve(() => response.writeHead(413).end())
    else response.writeHead(202).end()
  }
  await using under = await exporterTo(server.url, { target: { concurrency: 1 } })
  const gauge = (value: number) => point(series(backends, { value }), value)
  await under.exporter.consume(batch(reading(1), [gauge(11), gauge(12)]), signal)
  const refuse = await held.promise
  await under.exporter.consume(batch(reading(2), [gauge(21)]), signal)
  refuse()
  await under.exporter.flush(signal)
  const sent = server.received.map(({ body }) => pointsOf(decodeRequest(body)).map(({ value }) => value))
  expect(sent).toEqual([[11, 12], [21], [12], [11]])
})

test('where halves cannot be written they are written later, and the whole is not sent again', async ({ signal }) => {
  await using server = await OtlpServer.listen()
  server.answer = (response, _, index) => response.writeHead(index === 0 ? 413 : 202).end()
  const store = new MemoryStore({ capacityBytes: 1_000_000 })
  const replace = store.replace.bind(store)
  let refusals = 0
  store.replace = (request, halves) => {
    refusals += 1
    if (refusals < 3) throw new Error('database or disk is full')
    return replace(request, halves)
  }
  const backoff = { initialMs: 1, maxMs: 1, multiplier: 1, jitter: 0 }
  await using under = await exporterTo(server.url, { store, target: { backoff } })
  const points = [11, 12].map((value) => point(series(backends, { value }), value))
  await under.exporter.consume(batch(reading(1), points), signal)
  await under.exporter.flush(signal)
  expect(server.received).toHaveLength(3)
  expect(under.exporter.account()).toMatchObject({ consumed: 2, sent: 2, queued: 0, dropped: {} })
  expect(under.lines.filter(({ level }) => level === 'warn')).toMatchObject([
    { fields: { error: 'database or disk is full' } },
  ])
})

for (const status of [404, 405, 422]) {
  test(`HTTP ${status} is not split`, async ({ signal }) => {
    await using under = await refusing(status, () => true)
    await under.deliver(upTo(50), signal)
    expect(under.server.received).toHaveLength(1)
    expect(under.exporter.account()).toMatchObject({ dropped: { rejected: 50 } })
  })
}
