import { statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { FileInUseError } from '../../../../../src/exporters/otlp/queue/sqlite/store-file.ts'
import { StoreFullError } from '../../../../../src/exporters/otlp/queue/store-full-error.ts'
import { at, token } from '../../../../deltas/support/points.ts'
import {
  baselineOf,
  completeAt,
  nothing,
  requestOf,
  storeAt,
  takeAll,
  temporaryFolder,
} from '../support/store-samples.ts'

test('what was put is there when the file is opened again, taken requests too', () => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'a.queue')
  {
    using under = storeAt(path)
    under.store.put([requestOf('one', 1)], [{ key: 'a', baseline: baselineOf(1) }], nothing)
    under.store.put(
      [requestOf('two', 2)],
      [{ key: 'a', baseline: baselineOf(2) }],
      new Map([['tables', completeAt(2)]]),
    )
    expect(takeAll(under.store)).toEqual(['request two', 'request one'])
  }
  using under = storeAt(path)
  expect(under.store.size()).toEqual({ requests: 2, points: 6, bytes: 22, capacityBytes: 1e9 })
  expect(under.store.oldestMs()).toBe(at(1))
  expect(under.store.baseline('tables', 'a')).toMatchObject(baselineOf(2))
  expect(under.store.lastComplete('tables')).toEqual(completeAt(2))
  const newest = under.store.take()
  expect(newest).toMatchObject({ ...requestOf('two', 2), bytes: expect.anything() })
  if (newest !== undefined) under.store.remove(newest)
  expect(takeAll(under.store)).toEqual(['request one'])
})

test('values come back as they were: whole numbers of any size, fractions, none', () => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'a.queue')
  const values = [0, 7, 0.1, 5e-324, 2 ** 53 - 1, 12n, 2n ** 63n - 1n, 2n ** 63n, 10n ** 40n, undefined]
  {
    using under = storeAt(path)
    const baselines = values.map((value, index) => ({
      key: `${index}`,
      baseline: {
        ...baselineOf(index),
        value,
        timeMs: at(index) + 0.123_456,
        token: token(index, index % 2 === 0),
      },
    }))
    under.store.put([], baselines, nothing)
  }
  using under = storeAt(path)
  for (const [index, value] of values.entries()) {
    const stored = under.store.baseline('tables', `${index}`)
    expect(stored?.value).toBe(value)
    expect(stored).toMatchObject({ timeMs: at(index) + 0.123_456, token: token(index, index % 2 === 0) })
  }
})

test('past its size the oldest requests make room, and are counted; what is taken stays', () => {
  using folder = temporaryFolder()
  using under = storeAt(join(folder.path, 'a.queue'), { capacityBytes: 40 })
  const drops: unknown[] = []
  under.store.onDropped((...drop) => drops.push(drop))
  under.store.put([requestOf('a', 1, 5)], [], nothing)
  const taken = under.store.take()
  under.store.put([requestOf('b', 2, 7)], [], nothing)
  under.store.put([requestOf('c', 3, 11)], [], nothing)
  under.store.put([requestOf('d', 4, 13)], [], nothing)
  expect(under.store.size()).toMatchObject({ requests: 4, points: 36, bytes: 36 })
  under.store.put([requestOf('e', 5, 17)], [], nothing)
  expect(drops).toEqual([['queue_full', 7, 'metrics']])
  if (taken !== undefined) under.store.release(taken)
  expect(takeAll(under.store)).toEqual(['request e', 'request d', 'request c', 'request a'])
  // All is taken now, so nothing can make room.
  expect(() => under.store.put([requestOf('f', 6)], [{ key: 'a', baseline: baselineOf(6) }], nothing)).toThrow(
    StoreFullError,
  )
  expect(under.store.baseline('tables', 'a')).toBeUndefined()
})

test('with on_full: block a request that does not fit is refused, and no baseline moves, not on disk either', () => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'a.queue')
  {
    using under = storeAt(path, { capacityBytes: 12, onFull: 'block' })
    under.store.put([requestOf('a')], [{ key: 'a', baseline: baselineOf(1) }], nothing)
    const completes = new Map([['tables', completeAt(2)]])
    expect(() => under.store.put([requestOf('b')], [{ key: 'a', baseline: baselineOf(2) }], completes)).toThrow(
      StoreFullError,
    )
  }
  using under = storeAt(path)
  expect(under.store.baseline('tables', 'a')?.value).toBe(1)
  expect(under.store.lastComplete('tables')).toBeUndefined()
  expect(takeAll(under.store)).toEqual(['request a'])
})

test('what is too old is dropped when something is taken, and counted', () => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'a.queue')
  let second = 0
  {
    using under = storeAt(path, { maxAgeMs: 10_000, clock: { now: () => at(second) } })
    const drops: unknown[] = []
    under.store.onDropped((...drop) => drops.push(drop))
    under.store.put([requestOf('old', 0, 5)], [], nothing)
    under.store.put([requestOf('younger', 4, 7)], [], nothing)
    second = 11
    expect(takeAll(under.store)).toEqual(['request younger'])
    expect(drops).toEqual([['max_age', 5, 'metrics']])
  }
  using under = storeAt(path)
  expect(takeAll(under.store)).toEqual(['request younger'])
})

test('the pieces of a request take its place, also in the file', () => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'a.queue')
  {
    using under = storeAt(path)
    under.store.put([requestOf('whole', 1, 4)], [], nothing)
    const whole = under.store.take()
    if (whole === undefined) throw new Error('nothing to take')
    under.store.put([requestOf('new', 9, 3)], [], nothing)
    const pieces = under.store.replace(whole, [requestOf('left', 1, 2), requestOf('right', 1, 2)])
    expect(under.store.size()).toMatchObject({ requests: 3, points: 7 })
    const [left] = pieces
    if (left !== undefined) under.store.remove(left)
  }
  using under = storeAt(path)
  expect(takeAll(under.store)).toEqual(['request new', 'request right'])
})

test('series that vanish are forgotten in the file too, with what only they used', () => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'a.queue')
  {
    using under = storeAt(path)
    const gone = { ...baselineOf(1), token: token(-7), epoch: { server: 'gone', witnesses: [] } }
    const put = [
      { key: 'gone', baseline: gone },
      { key: 'stays', baseline: baselineOf(5) },
      { key: 'other database', baseline: baselineOf(1, 'dropped') },
    ]
    under.store.put([], put, new Map([['dropped', completeAt(1)]]))
    under.store.put([], [], new Map([['tables', completeAt(4)]]))
    // A day later only one query still runs.
    const later = 25 * 3_600
    under.store.put([], [{ key: 'stays', baseline: baselineOf(later) }], new Map([['tables', completeAt(later)]]))
    under.store.put([], [{ key: 'stays', baseline: baselineOf(later) }], nothing)
  }
  // Opened twice: what is found unused at the first time goes with its next write.
  for (const second of [90_100, 90_200]) {
    using under = storeAt(path)
    under.store.put([], [{ key: 'stays', baseline: baselineOf(second) }], nothing)
  }
  const db = new DatabaseSync(path)
  const rows = (table: string) => db.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n']
  expect({
    series: rows('series'),
    baseline: rows('baseline'),
    complete: rows('complete'),
    epoch: rows('epoch'),
    token: rows('token'),
  }).toEqual({ series: 1, baseline: 1, complete: 1, epoch: 1, token: 0 })
  db.close()
})

test('epochs and tokens of the past do not pile up while it runs', () => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'a.queue')
  {
    using under = storeAt(path)
    for (let second = 1; second <= 5_000; second += 50) {
      const put = Array.from({ length: 50 }, (_, index) => ({
        key: `${index}`,
        baseline: { ...baselineOf(second), token: token(second + index) },
      }))
      under.store.put([], put, nothing)
    }
  }
  const db = new DatabaseSync(path)
  expect(db.prepare('SELECT count(*) AS n FROM token').get()?.['n']).toBeLessThanOrEqual(2_050)
  db.close()
})

test('a file that another store has open is refused', () => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'a.queue')
  using under = storeAt(path)
  expect(() => storeAt(path)).toThrow(FileInUseError)
  under.store.put([requestOf('still works')], [], nothing)
  expect(under.store.size().requests).toBe(1)
})

test('the file is its owner’s alone, and closing leaves one file behind', () => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'a.queue')
  const under = storeAt(path)
  under.store.put([requestOf('a')], [], nothing)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(statSync(`${path}-wal`).mode & 0o777).toBe(0o600)
  under[Symbol.dispose]()
  expect(statSync(`${path}-wal`, { throwIfNoEntry: false })).toBeUndefined()
  expect(() => under.store.put([requestOf('b')], [], nothing)).toThrow(/is closed/)
})
