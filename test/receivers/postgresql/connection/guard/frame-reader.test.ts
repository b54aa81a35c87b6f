import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FrameReader } from '../../../../../src/receivers/postgresql/connection/guard/frame-reader.ts'
import { examples, message } from './support/server-messages.ts'

const unwanted = 'd'.charCodeAt(0)

/** Reads chunks; gives the messages that came out, but for CopyData, which isn't wanted. */
function framesOf(chunks: readonly Buffer[]): Buffer[] {
  const frames: Buffer[] = []
  const reader = new FrameReader({
    ended: false,
    admits: (type) => type !== unwanted,
    take: (bytes, from, to) => void frames.push(Buffer.from(bytes.subarray(from, to))),
    pause() {},
  })
  for (const chunk of chunks) reader.read(chunk)
  return frames
}

function cut(whole: Buffer, at: readonly number[]): Buffer[] {
  const places = [0, ...at.map((place) => place % (whole.length + 1)).toSorted((a, b) => a - b), whole.length]
  return places.slice(1).map((place, index) => whole.subarray(places[index], place))
}

test('messages come out whole and in order, wherever they are cut, and what is not wanted does not', () => {
  const kinds = [
    ...Object.values(examples),
    message('D', Buffer.alloc(70_000, 'x')),
    message('d', Buffer.alloc(300, 'y')),
  ]
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...kinds), { maxLength: 30 }),
      fc.array(fc.nat(), { maxLength: 40 }),
      (sent, at) => {
        const expected = sent.filter((frame) => frame[0] !== unwanted)
        expect(framesOf(cut(Buffer.concat(sent), at))).toEqual(expected)
      },
    ),
    { numRuns: 300 },
  )
})

test('messages that come byte by byte come out the same', () => {
  const sent = [...Object.values(examples), message('D', Buffer.alloc(100_000, 'z'))]
  const bytes = Buffer.concat(sent)
  const one = Array.from({ length: bytes.length }, (_, index) => bytes.subarray(index, index + 1))
  expect(framesOf(one)).toEqual(sent.filter((frame) => frame[0] !== unwanted))
})

test('no more is kept than what has come, whatever length is announced', () => {
  const before = process.memoryUsage().arrayBuffers
  const readers = Array.from({ length: 100 }, () => {
    const reader = new FrameReader({ ended: false, admits: () => true, take() {}, pause() {} })
    reader.read(Buffer.from([68, 0, 0x80, 0, 0, 1, 2, 3]))
    return reader
  })
  expect(readers).toHaveLength(100)
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100 * 70_000)
})

test('nothing is read any more once the reading has ended, also in the middle of what has come', () => {
  const taken: number[] = []
  const consumer = {
    ended: false,
    admits: () => true,
    take: (bytes: Buffer, from: number) => {
      taken.push(bytes[from] ?? 0)
      consumer.ended = true
    },
    pause() {},
  }
  new FrameReader(consumer).read(Buffer.concat([message('Z', Buffer.from('I')), message('A'), message('B')]))
  expect(taken).toEqual(['Z'.charCodeAt(0)])
})
