import { expect, test } from 'vitest'
import { fanOut } from '../../src/collector/fan-out.ts'
import type { Consumer } from '../../src/component/consumer.ts'
import type { Signal } from '../../src/pdata/signal.ts'
import { batchOf, keepingConsumer, logBatchOf } from '../scraper/support/batches.ts'

const signal = new AbortController().signal
const always = (answer: () => Promise<void>): Consumer => ({ consume: answer, consumeLogs: answer })
const refusing = (message: string) => always(() => Promise.reject(new Error(message)))
const throwing = always(() => {
  throw new Error('thrown at once')
})

/** Gives a batch to these consumers of that signal. */
const give = {
  metrics: (consumers: readonly Consumer[]) => fanOut({ metrics: consumers, logs: [] }).consume(batchOf(3), signal),
  logs: (consumers: readonly Consumer[]) => fanOut({ metrics: [], logs: consumers }).consumeLogs(logBatchOf(3), signal),
} as const satisfies Record<Signal, unknown>

test('every exporter gets every batch of its signals', async () => {
  const [metrics, logs, both] = [keepingConsumer(), keepingConsumer(), keepingConsumer()]
  const [batch, logBatch] = [batchOf(3), logBatchOf(4)]
  const consumer = fanOut({ metrics: [metrics, both], logs: [logs, both] })
  await consumer.consume(batch, signal)
  await consumer.consumeLogs(logBatch, signal)
  expect([metrics.batches, metrics.logBatches]).toEqual([[batch], []])
  expect([logs.batches, logs.logBatches]).toEqual([[], [logBatch]])
  expect([both.batches, both.logBatches]).toEqual([[batch], [logBatch]])
})

test('it tells which signals somebody takes; what nobody takes goes nowhere', async () => {
  const taking = keepingConsumer()
  const metrics = fanOut({ metrics: [taking], logs: [] })
  const logs = fanOut({ metrics: [], logs: [taking] })
  await metrics.consumeLogs(logBatchOf(3), signal)
  await logs.consume(batchOf(3), signal)
  expect([...(metrics.signals ?? [])]).toEqual(['metrics'])
  expect([...(logs.signals ?? [])]).toEqual(['logs'])
  expect(taking).toMatchObject({ batches: [], logBatches: [] })
})

for (const kind of ['metrics', 'logs'] as const) {
  test(`of ${kind}: one that refuses, or throws, is no matter as long as another takes the batch`, async () => {
    const taking = keepingConsumer()
    await give[kind]([throwing, refusing('the store is full'), taking])
    expect([...taking.batches, ...taking.logBatches]).toHaveLength(1)
  })

  test(`of ${kind}: consuming rejects with all reasons when none takes the batch`, async () => {
    await expect(give[kind]([throwing, refusing('the store is full')])).rejects.toMatchObject({
      name: 'AggregateError',
      message: 'no exporter took the batch: thrown at once; the store is full',
      errors: [{ message: 'thrown at once' }, { message: 'the store is full' }],
    })
  })

  test(`of ${kind}: consuming resolves when all have answered, not with the first`, async () => {
    const slow = Promise.withResolvers<void>()
    let resolved = false
    const consuming = give[kind]([keepingConsumer(), always(() => slow.promise)]).then(() => (resolved = true))
    await new Promise(setImmediate)
    expect(resolved).toBe(false)
    slow.resolve()
    await consuming
  })
}
