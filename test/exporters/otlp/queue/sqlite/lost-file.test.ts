import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { StoreFailedError } from '../../../../../src/exporters/otlp/queue/store-failed-error.ts'
import { eventually } from '../../../../support/eventually.ts'
import { canMount, smallDisk } from '../support/small-disk.ts'
import { baselineOf, completeAt, requestOf, storeAt, takeAll, temporaryFolder } from '../support/store-samples.ts'

type Store = ReturnType<typeof storeAt>['store']

function put(store: Store, number: number, bytes = 100): void {
  const baselines = [{ key: 'series 0', baseline: baselineOf(number) }]
  store.put([requestOf(textOf(number, bytes), number)], baselines, new Map([['tables', completeAt(number)]]))
}

const textOf = (number: number, bytes = 100) => `${number} ${'x'.repeat(bytes)}`

/** What a store finds that is opened on the files as they are now: as after kill -9. */
function afterKill(path: string) {
  using folder = temporaryFolder()
  const copy = join(folder.path, basename(path))
  const real = existsSync(path) ? realpathSync(path) : path
  for (const suffix of ['', '-wal'])
    if (existsSync(`${real}${suffix}`)) copyFileSync(`${real}${suffix}`, `${copy}${suffix}`)
  using under = storeAt(copy)
  return {
    value: under.store.baseline('tables', 'series 0')?.value,
    complete: under.store.lastComplete('tables'),
    requests: takeAll(under.store).toSorted(),
    lines: under.lines.map(({ message }) => message),
  }
}

const holds = (numbers: readonly number[]) => ({
  value: numbers.at(-1),
  complete: completeAt(numbers.at(-1) ?? 0),
  requests: numbers.map((number) => `request ${textOf(number)}`).toSorted(),
  lines: [],
})

/** Another queue's file, closed in order. */
function otherQueue(folder: string): string {
  const path = join(folder, 'other.queue')
  using under = storeAt(path)
  put(under.store, 77)
  return path
}

interface Loss {
  readonly name: string
  readonly found: string
  readonly happens: (path: string) => void
  /** What stood in the file's place is kept under another name. */
  readonly keeps?: (aside: string) => void
}

const losses: readonly Loss[] = [
  { name: 'the file is deleted', found: 'deleted', happens: (path) => rmSync(path) },
  {
    name: 'the file and its log are deleted',
    found: 'deleted',
    happens(path) {
      for (const suffix of ['', '-wal']) rmSync(`${path}${suffix}`)
    },
  },
  { name: 'the folder is deleted', found: 'deleted', happens: (path) => rmSync(dirname(path), { recursive: true }) },
  {
    name: 'the folder is moved away',
    found: 'deleted',
    happens: (path) => renameSync(dirname(path), `${dirname(path)}-before`),
  },
  {
    name: 'another queue takes its place',
    found: 'replaced',
    happens: (path) => renameSync(otherQueue(dirname(path)), path),
    keeps: (aside) => expect(afterKill(aside)).toEqual(holds([77])),
  },
  {
    name: 'another queue and its log take its place',
    found: 'replaced',
    happens(path) {
      const killed = join(dirname(path), 'killed.queue')
      using under = storeAt(killed)
      put(under.store, 78)
      for (const suffix of ['', '-wal']) {
        copyFileSync(`${killed}${suffix}`, `${killed}-copy`)
        renameSync(`${killed}-copy`, `${path}${suffix}`)
      }
    },
    keeps: (aside) => expect(afterKill(aside)).toEqual(holds([78])),
  },
  {
    name: 'an empty file takes its place',
    found: 'replaced',
    happens(path) {
      rmSync(path)
      writeFileSync(path, '')
    },
  },
  {
    name: 'a text takes its place',
    found: 'replaced',
    happens(path) {
      rmSync(path)
      writeFileSync(path, 'something else '.repeat(900))
    },
    keeps: (aside) => expect(readFileSync(aside, 'utf8')).toBe('something else '.repeat(900)),
  },
  {
    name: 'a folder takes its place',
    found: 'replaced',
    happens(path) {
      rmSync(path)
      mkdirSync(path)
    },
    keeps: (aside) => expect(readdirSync(aside)).toEqual([]),
  },
  { name: 'the log alone is deleted', found: 'log deleted', happens: (path) => rmSync(`${path}-wal`) },
  {
    name: "another queue's log takes the place of its log",
    found: 'log replaced',
    happens(path) {
      const killed = join(dirname(path), 'killed.queue')
      using under = storeAt(killed)
      put(under.store, 79)
      copyFileSync(`${killed}-wal`, `${killed}-copy`)
      renameSync(`${killed}-copy`, `${path}-wal`)
    },
    keeps: (aside) => expect(aside).toMatch(/-wal$/),
  },
]

for (const { name, found, happens, keeps } of losses) {
  describe(name, () => {
    test('the next write says so and makes a new file, which holds what was there and what comes', () => {
      using folder = temporaryFolder()
      const path = join(folder.path, 'queue', 'a.queue')
      mkdirSync(dirname(path))
      {
        using under = storeAt(path)
        for (const number of [1, 2, 3, 4, 5]) put(under.store, number)
        const taken = under.store.take('smallest')
        happens(path)
        put(under.store, 6)
        expect(under.lines).toMatchObject([
          { level: 'error', fields: { path, found } },
          { level: 'info', fields: { path, requests: 5, lost_requests: 0 } },
        ])
        expect(afterKill(path)).toEqual(holds([1, 2, 3, 4, 5, 6]))
        const asides = [under.lines[1]?.fields['set_aside'] ?? []].flat()
        expect(asides.length > 0).toBe(keeps !== undefined)
        for (const aside of asides.slice(0, 1)) if (typeof aside === 'string') keeps?.(aside)
        // All goes on: what is delivered is gone, and the next one comes.
        if (taken !== undefined) under.store.remove(taken)
        put(under.store, 7)
        expect(under.lines).toHaveLength(2)
        expect(readdirSync(dirname(path)).filter((file) => file.includes('.moved-'))).toEqual([])
      }
      expect(afterKill(path)).toEqual(holds([1, 2, 3, 4, 6, 7]))
    })

    test('it is noticed within a second or so without a write, and a kill from then on loses nothing', async () => {
      using folder = temporaryFolder()
      const path = join(folder.path, 'queue', 'a.queue')
      mkdirSync(dirname(path))
      using under = storeAt(path)
      for (const number of [1, 2, 3]) put(under.store, number)
      happens(path)
      await eventually(() => expect(under.lines).toHaveLength(2))
      expect(afterKill(path)).toEqual(holds([1, 2, 3]))
    })

    test('a stop right after loses nothing', () => {
      using folder = temporaryFolder()
      const path = join(folder.path, 'queue', 'a.queue')
      mkdirSync(dirname(path))
      {
        using under = storeAt(path)
        for (const number of [1, 2, 3]) put(under.store, number)
        happens(path)
      }
      expect(afterKill(path)).toEqual(holds([1, 2, 3]))
    })
  })
}

test('a link that leads to another folder from now on: the queue goes on there', () => {
  using folder = temporaryFolder()
  const [one, other, link] = ['one', 'other', 'link'].map((name) => join(folder.path, name))
  if (one === undefined || other === undefined || link === undefined) throw new Error('no names')
  for (const path of [one, other]) mkdirSync(path)
  symlinkSync(one, link)
  const path = join(link, 'a.queue')
  using under = storeAt(path)
  for (const number of [1, 2, 3]) put(under.store, number)
  symlinkSync(other, `${link}-new`)
  renameSync(`${link}-new`, link)
  put(under.store, 4)
  expect(under.lines[0]).toMatchObject({ level: 'error', fields: { found: 'deleted' } })
  expect(afterKill(join(other, 'a.queue'))).toEqual(holds([1, 2, 3, 4]))
  // What is in the new place is not sent again by whoever goes back to the old one.
  const before = afterKill(join(one, 'a.queue'))
  expect(before).toMatchObject({ value: undefined, complete: undefined, requests: [] })
  expect(before.lines.join()).toContain('damaged and was set aside')
})

test('a link to the file itself that leads to another file from now on', () => {
  using folder = temporaryFolder()
  const [one, other, path] = ['one.queue', 'other.queue', 'a.queue'].map((name) => join(folder.path, name))
  if (one === undefined || other === undefined || path === undefined) throw new Error('no names')
  storeAt(one)[Symbol.dispose]()
  symlinkSync(one, path)
  using under = storeAt(path)
  for (const number of [1, 2]) put(under.store, number)
  otherQueue(folder.path)
  symlinkSync(other, `${path}-new`)
  renameSync(`${path}-new`, path)
  put(under.store, 3)
  expect(under.lines[0]).toMatchObject({ level: 'error', fields: { found: 'replaced' } })
  expect(afterKill(path)).toEqual(holds([1, 2, 3]))
  expect(afterKill(other)).toEqual(holds([77]))
})

test('there is no file of shared memory that could be lost', () => {
  using folder = temporaryFolder()
  using under = storeAt(join(folder.path, 'a.queue'))
  put(under.store, 1)
  expect(readdirSync(folder.path).toSorted()).toEqual(['a.queue', 'a.queue-wal'])
})

test('two losses in a row are two new files', () => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'a.queue')
  using under = storeAt(path)
  for (const number of [1, 2, 3, 4]) {
    put(under.store, number)
    rmSync(path)
  }
  put(under.store, 5)
  expect(under.lines.filter(({ level }) => level === 'error')).toHaveLength(4)
  expect(afterKill(path)).toEqual(holds([1, 2, 3, 4, 5]))
})

test('where another collector has taken the place nothing is written, what waits can be read, and it goes on when that one ends', () => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'a.queue')
  using under = storeAt(path)
  for (const number of [1, 2]) put(under.store, number)
  rmSync(path)
  {
    using other = storeAt(path)
    put(other.store, 50)
    for (const _ of [1, 2]) expect(() => put(under.store, 3)).toThrow(StoreFailedError)
    expect(under.lines.map(({ level }) => level)).toEqual(['error', 'warn'])
    expect(under.lines[1]?.fields['error']).toContain('in use')
    const taken = under.store.take()
    expect(Buffer.from(taken?.bytes ?? []).toString()).toBe(`request ${textOf(2)}`)
    if (taken !== undefined) under.store.release(taken)
    put(other.store, 51)
    expect(other.lines).toEqual([])
  }
  put(under.store, 3)
  expect(afterKill(path)).toEqual(holds([1, 2, 3]))
  const aside = readdirSync(folder.path).find((name) => name.startsWith('a.queue.replaced-'))
  expect(afterKill(join(folder.path, aside ?? 'missing'))).toEqual(holds([50, 51]))
})

test('what can not be read of a lost file is lost, counted and said', () => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'queue', 'a.queue')
  mkdirSync(dirname(path))
  using under = storeAt(path)
  const drops: unknown[] = []
  under.store.onDropped((...drop) => drops.push(drop))
  for (let number = 1; number <= 30; number++) put(under.store, number, 200_000)
  renameSync(dirname(path), join(folder.path, 'before'))
  const moved = join(folder.path, 'before', 'a.queue')
  const bytes = readFileSync(moved)
  bytes.fill(0xaa, 4_096 * 4, Math.floor(bytes.byteLength / 2))
  writeFileSync(moved, bytes)
  put(under.store, 31)
  expect(under.lines[1]).toMatchObject({ level: 'error', fields: { lost_requests: drops.length } })
  expect(drops.length).toBeGreaterThan(3)
  expect(new Set(drops.map(String))).toEqual(new Set(['damaged,3,metrics']))
  expect(under.store.size()).toMatchObject({ requests: 31 - drops.length, points: 3 * (31 - drops.length) })
  expect(afterKill(path)).toMatchObject({ value: 31, lines: [] })
})

test('where no new file can be made what waits is delivered from the old one, and logged and counted as lost at the end', async () => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'queue', 'a.queue')
  mkdirSync(dirname(path))
  const drops: unknown[] = []
  const under = storeAt(path)
  under.store.onDropped((...drop) => drops.push(drop))
  for (const number of [1, 2, 3]) put(under.store, number)
  rmSync(dirname(path), { recursive: true })
  writeFileSync(dirname(path), 'no folder')
  await eventually(() => expect(under.lines).toHaveLength(2))
  expect(() => put(under.store, 4)).toThrow(StoreFailedError)
  const taken = under.store.take()
  expect(Buffer.from(taken?.bytes ?? []).toString()).toBe(`request ${textOf(3)}`)
  if (taken !== undefined) under.store.remove(taken)
  expect(under.lines.map(({ level }) => level)).toEqual(['error', 'warn'])
  under[Symbol.dispose]()
  expect(under.lines[2]).toMatchObject({ level: 'error', fields: { requests: 2, points: 6, series: 1 } })
  expect(drops).toHaveLength(2)
})

test.skipIf(!canMount)('on a full disk a lost file is replaced as soon as there is room', async () => {
  using disk = smallDisk(1_000)
  const path = join(disk.path, 'a.queue')
  using under = storeAt(path)
  for (let number = 1; number <= 10; number++) put(under.store, number, 30_000)
  const filler = join(disk.path, 'filler')
  rmSync(path)
  writeFileSync(filler, Buffer.alloc(300_000))
  expect(() => put(under.store, 11)).toThrow(/full/)
  expect(under.store.size().requests).toBe(10)
  rmSync(filler)
  await eventually(() => expect(under.lines.at(-1)).toMatchObject({ level: 'info', fields: { requests: 10 } }))
  put(under.store, 11)
  expect(afterKill(path)).toMatchObject({ value: 11, lines: [] })
  expect(afterKill(path).requests).toHaveLength(11)
})

test.skipIf(!canMount)('a new file that took long and could not be filled is not tried again at once', () => {
  using disk = smallDisk(1_000)
  const path = join(disk.path, 'a.queue')
  const filler = join(disk.path, 'filler')
  const time = { nowMs: 0, stepMs: 0 }
  using under = storeAt(path, { clock: { now: () => (time.nowMs += time.stepMs) } })
  for (let number = 1; number <= 10; number++) put(under.store, number, 30_000)
  rmSync(path)
  writeFileSync(filler, Buffer.alloc(300_000))
  // Each look at the clock is a second later, while it is tried.
  time.stepMs = 1_000
  expect(() => put(under.store, 11)).toThrow(StoreFailedError)
  time.stepMs = 0
  rmSync(filler)
  expect(() => put(under.store, 11)).toThrow(StoreFailedError)
  time.nowMs += 60_000
  put(under.store, 11)
  expect(afterKill(path).requests).toHaveLength(11)
})
