import { expect, test } from 'vitest'
import { DropLog } from '../../../../src/exporters/otlp/delivery/drop-log.ts'
import { MemoryStore } from '../../../../src/exporters/otlp/queue/memory-store.ts'
import { backends, batch, point, reading, series } from '../../../deltas/support/points.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import { memoryLogger } from '../../../support/memory-logger.ts'
import { exporterTo } from '../support/exporter-under-test.ts'
import { OtlpServer } from '../support/otlp-server.ts'

test('each reason is said at once for each signal, then once a minute with all that came between', async () => {
  const clock = new FakeClock()
  const logger = memoryLogger()
  const drops = new DropLog(logger, clock)
  drops.dropped('queue_full', 'metrics', 11)
  drops.dropped('max_age', 'metrics', 5)
  drops.dropped('queue_full', 'logs', 7)
  drops.dropped('queue_full', 'metrics', 12)
  await clock.advance(60_000)
  drops.dropped('queue_full', 'metrics', 13)
  expect(logger.lines.map(({ level, fields }) => ({ level, ...fields }))).toEqual([
    { level: 'error', reason: 'queue_full', points: 11 },
    { level: 'error', reason: 'max_age', points: 5 },
    { level: 'error', reason: 'queue_full', records: 7 },
    { level: 'error', reason: 'queue_full', points: 25 },
  ])
})

test('what the store drops by itself is in the account, and a flush does not wait for it', async ({ signal }) => {
  await using server = await OtlpServer.listen()
  const clock = new FakeClock()
  server.answer = (response) => response.writeHead(503, { 'retry-after': '3600' }).end()
  const store = new MemoryStore({ capacityBytes: 1_000_000, maxAgeMs: 60_000, clock })
  await using under = await exporterTo(server.url, { store, clock })
  const consume = async (value: number) => {
    const taken = under.exporter.consume(batch(reading(value), [point(series(backends), value)]), signal)
    await clock.advance(0)
    await taken
  }
  await consume(11)
  await server.whenReceived(1)
  await clock.whenSleeping(1, signal)
  await clock.advance(61_000)
  await consume(12)
  expect(under.exporter.account()).toMatchObject({ consumed: 2, queued: 1, dropped: { max_age: 1 } })
  expect(under.lines.filter(({ level }) => level === 'error')).toMatchObject([{ fields: { reason: 'max_age' } }])
  server.answer = (response) => response.writeHead(202).end()
  const flushed = under.exporter.flush(signal)
  await clock.advance(3_600_000)
  await flushed
  // The second grew too old as well, before anybody asked for it.
  expect(under.exporter.account()).toMatchObject({ consumed: 2, sent: 0, queued: 0, dropped: { max_age: 2 } })
})
