import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { StoreFailedError } from '../../../../../src/exporters/otlp/queue/store-failed-error.ts'
import { canMount, smallDisk } from '../support/small-disk.ts'
import { baselineOf, completeAt, requestOf, storeAt, takeAll } from '../support/store-samples.ts'

const text = (number: number) => `${number} ${'z'.repeat(30_000)}`

test.skipIf(!canMount)('a full disk refuses what comes and loses nothing; with room again it goes on by itself', () => {
  using disk = smallDisk(1_000)
  const path = join(disk.path, 'a.queue')
  const filler = join(disk.path, 'filler')
  {
    using under = storeAt(path)
    writeFileSync(filler, Buffer.alloc(300_000))
    let stored = 0
    const put = (number: number) =>
      under.store.put(
        [requestOf(text(number), number)],
        [{ key: 'a', baseline: baselineOf(number) }],
        new Map([['tables', completeAt(number)]]),
      )
    expect(() => {
      for (;;) {
        put(stored + 1)
        stored += 1
      }
    }).toThrow(StoreFailedError)
    expect(stored).toBeGreaterThan(3)
    expect(() => put(stored + 1)).toThrow(/full/)
    expect(under.store.baseline('tables', 'a')?.value).toBe(stored)
    expect(under.store.lastComplete('tables')).toEqual(completeAt(stored))
    expect(under.store.size().requests).toBe(stored)
    expect(under.lines.map(({ level }) => level)).toEqual(['warn'])

    // What is delivered meanwhile isn't delivered again.
    const delivered = under.store.take()
    if (delivered !== undefined) under.store.remove(delivered)
    expect(under.store.size().requests).toBe(stored - 1)
    expect(takeAll(under.store)).toEqual(
      Array.from({ length: stored - 1 }, (_, index) => `request ${text(stored - 1 - index)}`),
    )

    rmSync(filler)
    put(stored + 1)
    expect(under.store.baseline('tables', 'a')?.value).toBe(stored + 1)
    expect(under.lines.map(({ level }) => level)).toEqual(['warn', 'info'])
  }
  using under = storeAt(path)
  const last = Number(under.store.baseline('tables', 'a')?.value)
  const texts = takeAll(under.store)
  expect(texts).toHaveLength(last - 1)
  expect(texts[0]).toBe(`request ${text(last)}`)
  expect(texts[1]).toBe(`request ${text(last - 2)}`)
})
