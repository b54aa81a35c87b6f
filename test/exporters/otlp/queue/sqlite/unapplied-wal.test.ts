import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { SqliteStore } from '../../../../../src/exporters/otlp/queue/sqlite/sqlite-store.ts'
import { baselineOf, completeAt, requestOf, storeAt, takeAll, temporaryFolder } from '../support/store-samples.ts'

const headerBytes = 32
const frameHeaderBytes = 24
const frameBytes = frameHeaderBytes + 4_096

/** A database and its log at one moment, and which put was the last. */
interface Image {
  readonly file: Buffer
  readonly log: Buffer
  readonly last: number
}

/** Puts a request and baselines; large ones take many frames. */
function put(store: SqliteStore, number: number, bytes = 300): void {
  const baselines = Array.from({ length: 40 }, (_, index) => ({ key: `series ${index}`, baseline: baselineOf(number) }))
  store.put([requestOf(`${number} ${'x'.repeat(bytes)}`, number)], baselines, new Map([['tables', completeAt(number)]]))
}

/** Images of a file before the first put and after each. */
function record(start: Image | undefined, puts: readonly { readonly bytes: number }[]): readonly Image[] {
  using folder = temporaryFolder()
  const path = join(folder.path, 'a.queue')
  if (start !== undefined) write(path, start)
  // Closed in order once, so that the tables aren't in the log.
  else storeAt(path)[Symbol.dispose]()
  using under = storeAt(path)
  let last = start?.last ?? 0
  const image = (): Image => ({ file: readFileSync(path), log: readFileSync(`${path}-wal`), last })
  const images = [image()]
  for (const { bytes } of puts) {
    put(under.store, ++last, bytes)
    images.push(image())
  }
  expect(under.lines).toEqual([])
  return images
}

function write(path: string, { file, log }: Image): void {
  writeFileSync(path, file)
  writeFileSync(`${path}-wal`, log)
}

/** The log as a kill leaves it when so many bytes of the next image are written: what comes after is as it was. */
function tornAt(bytes: number, before: Image, after: Image): Image {
  const log = Buffer.concat([after.log.subarray(0, bytes), before.log.subarray(bytes)])
  return { file: before.file, log, last: before.last }
}

/** What a store says and gives that is opened on that image. */
function open(image: Image): { readonly lines: readonly unknown[]; readonly last: number } {
  using folder = temporaryFolder()
  const path = join(folder.path, 'a.queue')
  write(path, image)
  using under = storeAt(path)
  const last = Number(under.store.baseline('tables', 'series 39')?.value ?? 0)
  expect(takeAll(under.store)).toHaveLength(last)
  return { lines: under.lines.map(({ message }) => message), last }
}

/** Where the log differs first, and where it does last. */
function changed(before: Image, after: Image): readonly [number, number] {
  const isOther = (at: number) => before.log[at] !== after.log[at]
  let start = 0
  while (start < after.log.byteLength && !isOther(start)) start += 1
  let end = after.log.byteLength
  while (end > start && !isOther(end - 1)) end -= 1
  return [start, end]
}

/** Each byte of a frame's header, and the page's first, last and some between. */
function cuts(start: number, end: number): readonly number[] {
  const isTold = (at: number) => {
    const within = (at - headerBytes) % frameBytes
    return at <= headerBytes || within <= frameHeaderBytes + 1 || within % 1_021 === 0 || within === frameBytes - 1
  }
  return Array.from({ length: end - start }, (_, index) => start + index).filter(isTold)
}

/** A log that was begun anew three puts ago, so that an older one's frames stand behind. */
function begunAnew(): readonly Image[] {
  const many = Array.from({ length: 24 }, () => ({ bytes: 200_000 }))
  const images = record(undefined, [...many, { bytes: 300 }, { bytes: 300 }, { bytes: 5_000 }])
  const salts = images.map(({ log }) => log.toString('hex', 16, 24))
  expect(new Set(salts.slice(-4)).size).toBe(1)
  expect(salts.at(-1)).not.toBe(salts[1])
  return images
}

/** A log whose writer was killed within a large transaction, and that another one went on with. */
function goneOnWith(): readonly Image[] {
  const [before, after] = record(undefined, [{ bytes: 300 }, { bytes: 60_000 }]).slice(-2)
  if (before === undefined || after === undefined) throw new Error('no images')
  // All but the last byte of the frame that ends it.
  const torn = tornAt(changed(before, after)[1] - 1, before, after)
  return record(torn, [{ bytes: 300 }, { bytes: 5_000 }])
}

for (const { what, images } of [
  {
    what: 'that only ever grew',
    images: () => record(undefined, [{ bytes: 300 }, { bytes: 300 }, { bytes: 5_000 }]),
  },
  { what: 'that was begun anew', images: begunAnew },
  { what: 'with another killed transaction behind its end', images: goneOnWith },
]) {
  test(`a log ${what}, cut by a kill anywhere within a transaction, is as before it and nothing is said`, () => {
    const [before, after] = images().slice(-2)
    if (before === undefined || after === undefined) throw new Error('no images')
    const [start, end] = changed(before, after)
    expect(end - start).toBeGreaterThan(2 * frameBytes)
    for (const at of cuts(start, end)) {
      expect({ at, ...open(tornAt(at, before, after)) }).toEqual({ at, lines: [], last: before.last })
    }
    expect(open({ ...after, file: before.file })).toEqual({ lines: [], last: after.last })
  }, 120_000)
}

test('a log whose frames have new headers and old pages is as before them and nothing is said', () => {
  const [before, after] = begunAnew().slice(-2)
  if (before === undefined || after === undefined) throw new Error('no images')
  const [first, end] = changed(before, after)
  const start = first - ((first - headerBytes) % frameBytes)
  const frames = Math.round((end - start) / frameBytes)
  expect(frames).toBeGreaterThan(2)
  // Of each frame in turn, then of all from there on.
  for (let frame = 0; frame < frames; frame++) {
    const log = Buffer.from(before.log)
    after.log.copy(log, start, start, start + frame * frameBytes)
    for (let at = start + frame * frameBytes; at < end; at += frameBytes) after.log.copy(log, at, at, at + 24)
    expect({ frame, ...open({ ...before, log }) }).toEqual({ frame, lines: [], last: before.last })
  }
})

describe('damage', () => {
  let whole: Image
  const behind = [expect.stringContaining('goes on from before that')]

  beforeAll(() => {
    const puts = Array.from({ length: 3 }, () => ({ bytes: 300 }))
    whole = record(undefined, puts).at(-1) ?? whole
  })

  function flipped(at: number, bit: number): Image {
    const log = Buffer.from(whole.log)
    log.writeUInt8(log.readUInt8(at) ^ (1 << bit), at)
    return { ...whole, log }
  }

  test('a bit that is flipped anywhere before the last frame is said', () => {
    const places = cuts(headerBytes, whole.log.byteLength - frameBytes)
    expect(places.length).toBeGreaterThan(300)
    for (const at of places) {
      const { lines, last } = open(flipped(at, at % 8))
      expect({ at, lines }).toEqual({ at, lines: behind })
      expect(last).toBeLessThan(whole.last)
    }
  }, 120_000)

  test('a bit that is flipped anywhere in the header is said', () => {
    for (let at = 0; at < headerBytes; at++) {
      expect({ at, ...open(flipped(at, at % 8)) }).toEqual({ at, lines: behind, last: 0 })
    }
  })

  test('the last frame alone looks as if it had been torn: it is as before its transaction, and nothing is said', () => {
    for (const at of cuts(whole.log.byteLength - frameBytes, whole.log.byteLength)) {
      expect({ at, ...open(flipped(at, at % 8)) }).toEqual({ at, lines: [], last: whole.last - 1 })
    }
  })
})
