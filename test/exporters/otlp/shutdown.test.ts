import type { ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import { MemoryStore } from '../../../src/exporters/otlp/queue/memory-store.ts'
import { backends, batch, point, reading, series } from '../../deltas/support/points.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { exporterTo } from './support/exporter-under-test.ts'
import { LastingStore } from './support/lasting-store.ts'
import { OtlpServer } from './support/otlp-server.ts'

const batchOf = (value: number) =>
  batch(reading(value), [point(series(backends), value), point(series(backends, {}), value)])

test('what waits in a group is delivered', async ({ signal }) => {
  await using server = await OtlpServer.listen()
  const under = await exporterTo(server.url, { clock: new FakeClock(), target: { flushTimeoutMs: 60_000 } })
  const taken = under.exporter.consume(batchOf(11), signal)
  await under.exporter.shutdown()
  await taken
  expect(under.exporter.account()).toMatchObject({ consumed: 2, sent: 2, queued: 0, dropped: {} })
})

test('what waits for a back-off is tried once more, at once', async ({ signal }) => {
  await using server = await OtlpServer.listen()
  const clock = new FakeClock()
  server.answer = (response) => response.writeHead(429, { 'retry-after': '3600' }).end()
  const under = await exporterTo(server.url, { clock })
  for (const value of [11, 12, 13]) {
    const taken = under.exporter.consume(batchOf(value), signal)
    await clock.advance(0)
    await taken
  }
  await server.whenReceived(1)
  await clock.whenSleeping(1, signal)
  server.answer = (response) => response.writeHead(202).end()
  await under.exporter.shutdown()
  expect(under.exporter.account()).toMatchObject({ consumed: 6, sent: 6, queued: 0, dropped: {} })
  expect(under.lines.filter(({ level }) => level === 'error')).toEqual([])
})

test('what the endpoint still refuses is dropped, counted and said', async ({ signal }) => {
  await using server = await OtlpServer.listen()
  const clock = new FakeClock()
  server.answer = (response) => response.writeHead(503, { 'retry-after': '60' }).end()
  const under = await exporterTo(server.url, { clock })
  for (const value of [11, 12, 13]) {
    const taken = under.exporter.consume(batchOf(value), signal)
    await clock.advance(0)
    await taken
  }
  await server.whenReceived(1)
  await clock.whenSleeping(1, signal)
  await under.exporter.shutdown()
  expect(server.received).toHaveLength(4)
  expect(under.exporter.account()).toEqual({ consumed: 6, sent: 0, queued: 0, dropped: { shutdown: 6 }, absorbed: {} })
  expect(under.lines.filter(({ level }) => level === 'error')).toMatchObject([{ fields: { points: 6 } }])
})

test('what is in flight is aborted at the deadline', async ({ signal }) => {
  await using server = await OtlpServer.listen()
  server.answer = () => undefined
  const under = await exporterTo(server.url, { shutdownTimeoutMs: 100 })
  await under.exporter.consume(batchOf(11), signal)
  await server.whenReceived(1)
  const startedMs = performance.now()
  await under.exporter.shutdown()
  expect(performance.now() - startedMs).toBeLessThan(2_000)
  expect(under.exporter.account()).toMatchObject({ consumed: 2, sent: 0, queued: 0, dropped: { shutdown: 2 } })
})

test('what is in flight and answered before the deadline counts as sent', async ({ signal }) => {
  await using server = await OtlpServer.listen()
  const held = Promise.withResolvers<() => void>()
  server.answer = (response) => held.resolve(() => response.writeHead(202).end())
  const under = await exporterTo(server.url)
  await under.exporter.consume(batchOf(11), signal)
  const finish = await held.promise
  const stopped = under.exporter.shutdown()
  finish()
  await stopped
  expect(under.exporter.account()).toMatchObject({ consumed: 2, sent: 2, queued: 0, dropped: {} })
})

test('halves of what was in flight are delivered too', async ({ signal }) => {
  await using server = await OtlpServer.listen()
  const held = Promise.withResolvers<() => void>()
  server.answer = (response, _, index) => {
    if (index === 0) held.resolve(() => response.writeHead(413).end())
    else response.writeHead(202).end()
  }
  const under = await exporterTo(server.url)
  await under.exporter.consume(batchOf(11), signal)
  const refuse = await held.promise
  const stopped = under.exporter.shutdown()
  refuse()
  await stopped
  expect(under.exporter.account()).toMatchObject({ consumed: 2, sent: 2, queued: 0, dropped: {} })
})

test('a store that survives keeps what is left', async ({ signal }) => {
  await using server = await OtlpServer.listen()
  server.answer = () => undefined
  const store = new LastingStore({ capacityBytes: 1_000_000 })
  const under = await exporterTo(server.url, { store, shutdownTimeoutMs: 100 })
  await under.exporter.consume(batchOf(11), signal)
  await server.whenReceived(1)
  await under.exporter.shutdown()
  expect(under.exporter.account()).toMatchObject({ consumed: 2, sent: 0, queued: 2, dropped: {} })
  expect(under.store.take()).toMatchObject({ points: 2 })
})

const faults: Readonly<Record<string, (response: ServerResponse) => unknown>> = {
  'never answers': () => undefined,
  'drips its answer': (response) => {
    response.writeHead(200)
    const drip = setInterval(() => response.write('.'), 10)
    response.on('close', () => clearInterval(drip))
  },
  'resets connections': (response) => response.destroy(),
  'finds all too large': (response) => response.writeHead(413).end(),
  'refuses all': (response) => response.writeHead(400).end(),
  'refuses the key': (response) => response.writeHead(403).end(),
  'throttles for a year': (response) => response.writeHead(429, { 'retry-after': '31536000' }).end(),
  'is broken': (response) => response.writeHead(500).end(),
  'sends elsewhere': (response) => response.writeHead(308, { location: 'http://127.0.0.1:1/' }).end(),
}
for (const [name, fault] of Object.entries(faults)) {
  for (const survives of [false, true]) {
    const fate = survives ? 'keeps the rest' : 'counts the rest'
    test(`an endpoint that ${name} does not hold up the shutdown, which ${fate}`, async ({ signal }) => {
      await using server = await OtlpServer.listen()
      server.answer = fault
      const store = new (survives ? LastingStore : MemoryStore)({ capacityBytes: 1_000_000 })
      const under = await exporterTo(server.url, { store, shutdownTimeoutMs: 200 })
      for (const value of [11, 12, 13, 14]) {
        const points = Array.from({ length: 300 }, (_, row) => point(series(backends, { row }), value))
        await under.exporter.consume(batch(reading(value), points), signal)
      }
      await server.whenReceived(1)
      const startedMs = performance.now()
      await under.exporter.shutdown()
      expect(performance.now() - startedMs).toBeLessThan(2_000)
      const { consumed, sent, queued, dropped } = under.exporter.account()
      const lost = Object.values(dropped).reduce((all, one) => all + one, 0)
      expect({ consumed, sent, rest: queued + lost }).toEqual({ consumed: 1_200, sent: 0, rest: 1_200 })
      expect(dropped).toEqual(survives ? expect.not.objectContaining({ shutdown: expect.anything() }) : dropped)
      expect(queued).toBe(under.store.size().points)
      if (!survives) expect(queued).toBe(0)
    })
  }
}
