import { expect, test } from 'vitest'
import type { Baseline } from '../../../../src/deltas/baseline.ts'
import type { NewRequest } from '../../../../src/exporters/otlp/queue/delivery-store.ts'
import { MemoryStore } from '../../../../src/exporters/otlp/queue/memory-store.ts'
import { StoreFullError } from '../../../../src/exporters/otlp/queue/store-full-error.ts'
import { at, epoch } from '../../../deltas/support/points.ts'

const requestOf = (sizeBytes: number, points = 3): NewRequest => ({
  bytes: new Uint8Array(sizeBytes),
  encoding: 'protobuf',
  compression: 'none',
  signal: 'metrics',
  points,
  sizeBytes,
  createdMs: at(0),
})
const baselineOf = (second: number, query = 'tables'): Baseline => ({
  query,
  value: second,
  timeMs: at(second),
  seenMs: at(second),
  sinceMs: at(0),
  epoch: epoch(),
})
const completeAt = (second: number) => ({
  filter: 'all',
  startedMs: at(second),
  timeMs: at(second) + 9,
  epoch: epoch(),
})
const none = new Map()

test('what is put is taken newest first, and stays stored until it is removed', () => {
  const store = new MemoryStore({ capacityBytes: 1_000 })
  for (const bytes of [10, 20, 30]) store.put([requestOf(bytes)], [], none)
  const newest = store.take()
  expect(newest?.sizeBytes).toBe(30)
  expect(store.size()).toEqual({ requests: 3, points: 9, bytes: 60, capacityBytes: 1_000 })
  if (newest !== undefined) store.remove(newest)
  expect(store.size()).toMatchObject({ requests: 2, points: 6, bytes: 30 })
})

test('a request that is given back keeps its place', () => {
  const store = new MemoryStore({ capacityBytes: 1_000 })
  for (const bytes of [10, 20, 30]) store.put([requestOf(bytes)], [], none)
  const taken = [store.take(), store.take()]
  for (const request of taken) if (request !== undefined) store.release(request)
  expect([store.take(), store.take(), store.take(), store.take()].map((one) => one?.sizeBytes)).toEqual([
    30,
    20,
    10,
    undefined,
  ])
})

test('a full store refuses the request and all that belongs to it', () => {
  const store = new MemoryStore({ capacityBytes: 100 })
  store.put([requestOf(60)], [{ key: 'a', baseline: baselineOf(10) }], none)
  const completes = new Map([['tables', completeAt(40)]])
  expect(() => store.put([requestOf(41)], [{ key: 'a', baseline: baselineOf(40) }], completes)).toThrow(StoreFullError)
  expect(store.baseline('tables', 'a')?.value).toBe(10)
  expect(store.lastComplete('tables')).toBeUndefined()
  store.put([requestOf(40)], [], none)
  expect(store.size().bytes).toBe(100)
})

test('a complete result ends the baselines of series that are not in it, of its query only', () => {
  const store = new MemoryStore({ capacityBytes: 100 })
  store.put(
    [],
    [
      { key: 'gone', baseline: baselineOf(10) },
      { key: 'stays', baseline: baselineOf(40) },
      { key: 'elsewhere', baseline: baselineOf(10, 'indexes') },
    ],
    none,
  )
  store.put([], [], new Map([['tables', completeAt(39)]]))
  expect(store.baseline('tables', 'gone')).toBeUndefined()
  expect(store.baseline('tables', 'stays')?.value).toBe(40)
  expect(store.baseline('indexes', 'elsewhere')?.value).toBe(10)
})

test('series of a query that never completes are forgotten after a day, and count as unknown then', () => {
  const store = new MemoryStore({ capacityBytes: 100 })
  store.put([], [], new Map([['tables', completeAt(0)]]))
  const many = (second: number) =>
    Array.from({ length: 30_000 }, (_, index) => ({ key: `${second} ${index}`, baseline: baselineOf(second) }))
  store.put([], many(10), none)
  expect(store.baseline('tables', '10 7')?.value).toBe(10)
  // So many more that the store looks for what can go.
  store.put([], many(20), none)
  const later = 25 * 3_600
  store.put([], many(later), none)
  expect(store.baseline('tables', '10 7')).toBeUndefined()
  expect(store.baseline('tables', `${later} 7`)?.value).toBe(later)
  expect(store.lastComplete('tables')).toBeUndefined()
})
