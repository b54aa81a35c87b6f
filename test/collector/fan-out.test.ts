import { expect, test } from 'vitest'
import { fanOut } from '../../src/collector/fan-out.ts'
import type { Consumer } from '../../src/component/consumer.ts'
import { batchOf, keepingConsumer } from '../scraper/batches.ts'

const signal = new AbortController().signal
const refusing = (message: string): Consumer => ({ consume: () => Promise.reject(new Error(message)) })
const throwing: Consumer = {
  consume() {
    throw new Error('thrown at once')
  },
}

test('every exporter gets every batch', async () => {
  const [first, second] = [keepingConsumer(), keepingConsumer()]
  const batch = batchOf(3)
  await fanOut([first, second]).consume(batch, signal)
  expect(first.batches).toEqual([batch])
  expect(second.batches).toEqual([batch])
})

test('one that refuses, or throws, is no matter as long as another takes the batch', async () => {
  const taking = keepingConsumer()
  await fanOut([throwing, refusing('the store is full'), taking]).consume(batchOf(3), signal)
  expect(taking.batches).toHaveLength(1)
})

test('consuming rejects with all reasons when none takes the batch', async () => {
  await expect(fanOut([throwing, refusing('the store is full')]).consume(batchOf(3), signal)).rejects.toMatchObject({
    name: 'AggregateError',
    message: 'no exporter took the batch: thrown at once; the store is full',
    errors: [{ message: 'thrown at once' }, { message: 'the store is full' }],
  })
})

test('consuming resolves when all have answered, not with the first', async () => {
  const slow = Promise.withResolvers<void>()
  let resolved = false
  const consuming = fanOut([keepingConsumer(), { consume: () => slow.promise }])
    .consume(batchOf(3), signal)
    .then(() => (resolved = true))
  await new Promise(setImmediate)
  expect(resolved).toBe(false)
  slow.resolve()
  await consuming
})
