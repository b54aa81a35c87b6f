import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MemoryStore } from '../../../src/exporters/otlp/memory-store.ts'
import { decodeRequest, pointsOf } from './decode.ts'
import { exporterTo } from './exporter-under-test.ts'
import { OtlpServer } from './otlp-server.ts'
import { at, backends, batch, commits, point, reading, rowsRead, series } from './points.ts'

const statuses = [202, 202, 202, 400, 413, 429, 503] as const
const step = fc.record({
  values: fc.array(fc.constantFrom(0, 7, 7, 900, Number.NaN, -1), { minLength: 1, maxLength: 6 }),
  abort: fc.boolean(),
  complete: fc.boolean(),
})

test('every point is in the account, whatever the endpoint answers and whenever the exporter stops', async ({
  signal,
}) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 12 }),
      fc.array(fc.constantFrom(...statuses), { minLength: 1, maxLength: 8 }),
      fc.constantFrom(400, 1_000_000),
      async (steps, answers, capacityBytes) => {
        await using server = await OtlpServer.listen()
        let accepted = 0
        server.answer = (response, { body }, index) => {
          const status = answers[index % answers.length] ?? 202
          if (status === 202) accepted += pointsOf(decodeRequest(body)).length
          response.writeHead(status).end()
        }
        const store = new MemoryStore({ capacityBytes })
        const backoff = { initialMs: 1, maxMs: 1, multiplier: 1, jitter: 0 }
        const { exporter } = await exporterTo(server.url, { store, target: { backoff } })
        let taken = 0
        for (const [index, { values, abort, complete }] of steps.entries()) {
          const of = reading(index, { completes: complete, startedMs: at(index) - 1 })
          const points = values.flatMap((value, row) => [
            point(series(commits, { row }), value),
            point(series(rowsRead, { row }), value),
            point(series(backends, { row }), value),
          ])
          const controller = new AbortController()
          const consumed = exporter.consume(batch(of, points), AbortSignal.any([signal, controller.signal]))
          if (abort) controller.abort()
          const [result] = await Promise.allSettled([consumed])
          if (result?.status === 'fulfilled') taken += points.length
        }
        await exporter.shutdown()
        const { consumed, sent, queued, dropped, absorbed } = exporter.account()
        const sum = (counts: Readonly<Record<string, number>>) =>
          Object.values(counts).reduce((all, one) => all + one, 0)
        expect(consumed).toBe(taken)
        expect(consumed).toBe(sent + queued + sum(dropped) + sum(absorbed))
        expect(queued).toBe(0)
        expect(sent).toBe(accepted)
      },
    ),
    { numRuns: 40 },
  )
}, 30_000)
