import { copyFileSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { StoreFailedError } from '../../../../../src/exporters/otlp/queue/store-failed-error.ts'
import { token } from '../../../../deltas/support/points.ts'
import {
  baselineOf,
  completeAt,
  nothing,
  requestOf,
  storeAt,
  takeAll,
  temporaryFolder,
} from '../support/store-samples.ts'

const last = 40
const seriesKeys = Array.from({ length: 60 }, (_, index) => `series ${index}`)
const requestTexts = Array.from({ length: last }, (_, index) => `request ${index + 1} ${'x'.repeat(700)}`)

/** A file that was closed in order, and one with its log that was not. */
let closed: Buffer
let open: { readonly file: Buffer; readonly log: Buffer }

beforeAll(() => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'a.queue')
  const under = storeAt(path)
  for (let number = 1; number <= last; number++) {
    const put = seriesKeys.map((key) => ({ key, baseline: { ...baselineOf(number), token: token(number % 7) } }))
    under.store.put([requestOf(`${number} ${'x'.repeat(700)}`, number)], put, new Map([['tables', completeAt(number)]]))
  }
  open = { file: readFileSync(path), log: readFileSync(`${path}-wal`) }
  under[Symbol.dispose]()
  closed = readFileSync(path)
})

/** Opens what was damaged; whatever it gives must be true. */
function expectNothingFalse(path: string) {
  using under = storeAt(path)
  const complete = under.store.lastComplete('tables')
  const errorsNow = () => under.lines.filter(({ level }) => level === 'error')
  const whole = complete === undefined ? 0 : Math.round((complete.startedMs - completeAt(0).startedMs) / 1_000)
  const isAside = errorsNow().some(({ fields }) => 'set_aside' in fields)
  const state = isAside && complete === undefined ? last : whole
  const known = seriesKeys.map((key) => under.store.baseline('tables', key)).filter((one) => one !== undefined)
  for (const baseline of known) expect(baseline).toMatchObject({ ...baselineOf(state), token: token(state % 7) })
  // A complete result without all of its baselines would make what was there before count as new: a spike.
  if (complete !== undefined)
    expect({ complete, known: known.length }).toEqual({ complete: completeAt(state), known: 60 })
  const texts = takeAll(under.store)
  expect(texts.filter((text) => !requestTexts.slice(0, state).includes(text))).toEqual([])
  const errors = errorsNow()
  if (errors.length === 0) expect({ state, requests: texts.length }).toEqual({ state, requests: state })
  // It works from here on.
  const before = under.store.size().requests
  under.store.put([requestOf('new', 99)], [{ key: 'series 0', baseline: baselineOf(99) }], nothing)
  expect(under.store.size().requests).toBe(before + 1)
  return { errors, texts, known, state }
}

test('a file that was cut anywhere is set aside, and what can be read of it goes on', () => {
  let saved = 0
  let asides = 0
  for (let size = 0; size < closed.byteLength; size += 2_777) {
    using folder = temporaryFolder()
    const path = join(folder.path, 'a.queue')
    writeFileSync(path, closed)
    truncateSync(path, size)
    const { errors, texts } = expectNothingFalse(path)
    expect(errors.length).toBeGreaterThan(0)
    if (readdirSync(folder.path).some((name) => name.startsWith('a.queue.damaged-'))) asides += 1
    saved += texts.length
  }
  // Where only bytes of one request are missing, the file stays; an empty one is not worth keeping.
  expect(asides).toBeGreaterThan(20)
  expect(saved).toBeGreaterThan(100)
})

test('a flipped bit anywhere gives no false number and no false request, and never keeps the store from opening', () => {
  let found = 0
  const places = fc.sample(fc.tuple(fc.nat(closed.byteLength - 1), fc.nat(7)), { numRuns: 150, seed: 11 })
  const header = Array.from({ length: 100 }, (_, at) => [at, at % 8] as const)
  for (const [at, bit] of [...header, ...places]) {
    using folder = temporaryFolder()
    const path = join(folder.path, 'a.queue')
    const bytes = Buffer.from(closed)
    bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << bit), at)
    writeFileSync(path, bytes)
    if (expectNothingFalse(path).errors.length > 0) found += 1
  }
  expect(found).toBeGreaterThan(50)
}, 60_000)

test('a log that was cut or flipped anywhere gives the state of one moment, whole', () => {
  const states = new Set<number>()
  const lastFrame = open.log.byteLength - 24 - 4_096
  const places = fc.sample(fc.tuple(fc.nat(open.log.byteLength - 1), fc.boolean()), { numRuns: 60, seed: 12 })
  for (const [at, cut] of places) {
    using folder = temporaryFolder()
    const path = join(folder.path, 'a.queue')
    const log = Buffer.from(open.log)
    log.writeUInt8(log.readUInt8(at) ^ 4, at)
    writeFileSync(path, open.file)
    writeFileSync(`${path}-wal`, cut ? log.subarray(0, at) : log)
    const { errors, state } = expectNothingFalse(path)
    states.add(state)
    // What was cut off may never have been written, and the last frame only in part; else what can't be read was.
    if (!cut && at < lastFrame) expect({ at, logged: errors.length > 0 }).toEqual({ at, logged: true })
  }
  expect(states.size).toBeGreaterThan(5)
}, 60_000)

for (const { what, spoil } of [
  { what: 'text', spoil: (path: string) => writeFileSync(path, 'something else '.repeat(900)) },
  { what: 'another database', spoil: (path: string) => change(path, 'PRAGMA application_id = 0') },
  { what: 'a queue of another version', spoil: (path: string) => change(path, 'PRAGMA user_version = 7') },
  { what: 'a queue without a table', spoil: (path: string) => change(path, 'DROP TABLE baseline') },
]) {
  test(`${what} in its place is set aside whole, with an error that says where to`, () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'a.queue')
    writeFileSync(path, closed)
    spoil(path)
    copyFileSync(path, join(folder.path, 'copy'))
    const { errors } = expectNothingFalse(path)
    const aside = readdirSync(folder.path).find((name) => name.startsWith('a.queue.damaged-'))
    expect(errors[0]?.fields).toMatchObject({ path, set_aside: join(folder.path, aside ?? 'missing') })
    // All but the header, in which SQLite counts.
    const body = (name: string) => readFileSync(join(folder.path, name)).subarray(100)
    expect(body(aside ?? 'missing').equals(body('copy'))).toBe(true)
  })
}

test('damage that shows while it runs: the request is refused, memory and what can be read go on in a new file', () => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'a.queue')
  const big = 'y'.repeat(200_000)
  {
    using under = storeAt(path)
    const drops: unknown[] = []
    under.store.onDropped((...drop) => drops.push(drop))
    for (let number = 1; number <= 30; number++)
      under.store.put([requestOf(`${number} ${big}`, number, 2)], [], nothing)
    under.store.put([], [{ key: 'a', baseline: baselineOf(5) }], new Map([['tables', completeAt(5)]]))
    const taken = under.store.take()
    const file = readFileSync(path)
    file.fill(0xaa, 4_096 * 2, Math.floor(file.byteLength / 2))
    writeFileSync(path, file)
    const before = under.store.size()
    let refused = 0
    // Pages that SQLite holds in memory hide it for some time.
    for (let number = 31; number <= 60; number++) {
      try {
        under.store.put(
          [requestOf(`${number} ${big}`, number, 2)],
          [{ key: 'a', baseline: baselineOf(number) }],
          nothing,
        )
      } catch (error) {
        expect(error).toBeInstanceOf(StoreFailedError)
        refused += 1
      }
    }
    takeAll(under.store)
    expect(under.store.baseline('tables', 'a')?.value).toBe(60)
    expect(under.store.lastComplete('tables')).toEqual(completeAt(5))
    expect(drops.length).toBeGreaterThan(0)
    expect(under.store.size().points).toBe(before.points + 2 * (30 - refused - drops.length))
    expect(under.lines.some(({ level }) => level === 'error')).toBe(true)
    if (taken !== undefined) under.store.release(taken)
  }
  using under = storeAt(path)
  expect(under.lines).toEqual([])
  expect(under.store.baseline('tables', 'a')?.value).toBe(60)
  expect(under.store.take()?.bytes.byteLength).toBeGreaterThan(200_000)
})

function change(path: string, sql: string): void {
  const db = new DatabaseSync(path)
  db.exec(sql)
  db.close()
}
