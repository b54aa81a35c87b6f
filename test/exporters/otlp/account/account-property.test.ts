import type { ServerResponse } from 'node:http'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Account } from '../../../../src/component/exporter.ts'
import { decodePayload } from '../../../../src/demo/endpoint/decode-request.ts'
import { logsOf } from '../../../../src/demo/endpoint/received-point.ts'
import { MemoryStore } from '../../../../src/exporters/otlp/queue/memory-store.ts'
import { at, backends, batch, commits, point, reading, rowsRead, series } from '../../../deltas/support/points.ts'
import { decodeRequest, pointsOf } from '../support/decode-request.ts'
import { exporterTo } from '../support/exporter-under-test.ts'
import { LastingStore } from '../support/lasting-store.ts'
import { logBatch, record } from '../support/log-records.ts'
import { OtlpServer, type ReceivedRequest } from '../support/otlp-server.ts'

const moods = [202, 202, 202, 200, 307, 400, 401, 404, 408, 413, 415, 429, 500, 503, 'partial', 'reset', 'bad'] as const
type Mood = (typeof moods)[number]

/** Answers in that mood; gives how many of the points or records were taken. */
function answer(response: ServerResponse, mood: Mood, values: readonly number[]): number {
  switch (mood) {
    case 'partial':
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end('{"partialSuccess":{"rejectedDataPoints":1,"rejectedLogRecords":1,"errorMessage":"too old"}}')
      return values.length - 1
    case 'reset':
      response.destroy()
      return 0
    case 'bad': {
      const bad = values.includes(900)
      response.writeHead(bad ? 400 : 202).end()
      return bad ? 0 : values.length
    }
    default:
      response.writeHead(mood).end()
      return mood < 300 ? values.length : 0
  }
}

function balance({ consumed, sent, queued, dropped, absorbed }: Account): { consumed: number; explained: number } {
  const sum = (counts: Readonly<Record<string, number>>) => Object.values(counts).reduce((all, one) => all + one, 0)
  return { consumed, explained: sent + queued + sum(dropped) + sum(absorbed) }
}

/** Of each data point the value, of each log record the pid. */
function numbersIn({ path, body }: ReceivedRequest): number[] {
  if (path === '/v1/metrics') return pointsOf(decodeRequest(body)).map(({ value }) => value)
  const payload = decodePayload('logs', 'application/x-protobuf', Buffer.from(body))
  if (payload.kind !== 'logs') return []
  return [...logsOf(payload.request)].map(({ attributes }) => Number(attributes['postgresql.pid']))
}

const step = fc.record({
  pids: fc.array(fc.constantFrom(11, 900), { maxLength: 4 }),
  values: fc.array(fc.constantFrom(0, 7, 7, 900, Number.NaN, -1), { minLength: 1, maxLength: 6 }),
  abort: fc.boolean(),
  complete: fc.boolean(),
})

test('every point and record is in the account, whatever the endpoint answers and whenever the exporter stops', async ({
  signal,
}) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 12 }),
      fc.array(fc.constantFrom(...moods), { minLength: 1, maxLength: 8 }),
      fc.constantFrom(400, 1_000_000),
      fc.boolean(),
      async (steps, answers, capacityBytes, survives) => {
        await using server = await OtlpServer.listen()
        let accepted = 0
        server.answer = (response, request, index) => {
          accepted += answer(response, answers[index % answers.length] ?? 202, numbersIn(request))
        }
        const store = new (survives ? LastingStore : MemoryStore)({ capacityBytes })
        const backoff = { initialMs: 1, maxMs: 1, multiplier: 1, jitter: 0 }
        const { exporter } = await exporterTo(server.url, { store, target: { backoff } })
        let taken = 0
        for (const [index, { pids, values, abort, complete }] of steps.entries()) {
          const of = reading(index, { completes: complete, startedMs: at(index) - 1 })
          const points = values.flatMap((value, row) => [
            point(series(commits, { row }), value),
            point(series(rowsRead, { row }), value),
            point(series(backends, { row }), value),
          ])
          const controller = new AbortController()
          const records = pids.map((pid) => record(index, { 'postgresql.pid': pid }))
          const either = AbortSignal.any([signal, controller.signal])
          const consumed = exporter.consume(batch(of, points), either)
          const logged = exporter.consumeLogs(logBatch(records), either)
          if (abort) controller.abort()
          const [result, logResult] = await Promise.allSettled([consumed, logged])
          if (result.status === 'fulfilled') taken += points.length
          if (logResult.status === 'fulfilled') taken += records.length
          const { consumed: total, explained } = balance(exporter.account())
          expect(explained).toBe(total)
        }
        await exporter.shutdown()
        const account = exporter.account()
        expect(balance(account)).toEqual({ consumed: taken, explained: taken })
        expect(account.sent).toBe(accepted)
        if (!survives) expect(account.queued).toBe(0)
      },
    ),
    { numRuns: 60 },
  )
}, 30_000)
