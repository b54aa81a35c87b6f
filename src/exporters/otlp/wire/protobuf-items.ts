import type { WireLevel } from './wire-level.ts'

/** One field of a message: where its tag, its content and the next field begin. */
interface Field {
  readonly number: number
  readonly start: number
  readonly contentStart: number
  readonly end: number
  /** Only such a field can be a message. */
  readonly hasLength: boolean
}

/** @throws Error where the bytes aren't protobuf */
export function countInProtobuf(bytes: Uint8Array, levels: readonly WireLevel[]): number {
  const [level, ...below] = levels
  if (level === undefined) return 1
  let count = 0
  for (const field of fieldsOf(bytes)) {
    if (isOf(level, field)) count += countInProtobuf(bytes.subarray(field.contentStart, field.end), below)
  }
  return count
}

/**
 * The message with the items from `start` up to `end` alone; empty where it has none of them.
 * @throws Error where the bytes aren't protobuf
 */
export function sliceProtobuf(bytes: Uint8Array, levels: readonly WireLevel[], start: number, end: number): Uint8Array {
  const [level, ...below] = levels
  if (level === undefined) return bytes
  const kept: Uint8Array[] = []
  let seen = 0
  let taken = 0
  for (const field of fieldsOf(bytes)) {
    if (!isOf(level, field)) {
      kept.push(bytes.subarray(field.start, field.end))
      continue
    }
    const content = bytes.subarray(field.contentStart, field.end)
    const count = countInProtobuf(content, below)
    const first = Math.max(start - seen, 0)
    const last = Math.min(end - seen, count)
    seen += count
    if (first >= last) continue
    taken += last - first
    if (last - first === count) {
      kept.push(bytes.subarray(field.start, field.end))
    } else {
      const part = sliceProtobuf(content, below, first, last)
      // 2: length-delimited.
      kept.push(varint(field.number * 8 + 2), varint(part.byteLength), part)
    }
  }
  return taken === 0 ? new Uint8Array() : Buffer.concat(kept)
}

function isOf(level: WireLevel, field: Field): boolean {
  return field.hasLength && level.fields.includes(field.number)
}

/**
 * The fields of one message, in order: https://protobuf.dev/programming-guides/encoding/
 * @throws Error where the bytes aren't protobuf
 */
export function* fieldsOf(bytes: Uint8Array): Generator<Field> {
  let start = 0
  while (start < bytes.byteLength) {
    const tag = readVarint(bytes, start)
    const [contentStart, end] = extent(bytes, tag.value % 8, tag.end)
    if (end > bytes.byteLength) throw new Error(`a field at byte ${start} goes past the end of its message`)
    yield { number: Math.floor(tag.value / 8), start, contentStart, end, hasLength: tag.value % 8 === 2 }
    start = end
  }
}

function extent(bytes: Uint8Array, wireType: number, at: number): readonly [contentStart: number, end: number] {
  switch (wireType) {
    case 0:
      return [at, readVarint(bytes, at).end]
    case 1:
      return [at, at + 8]
    case 2: {
      const length = readVarint(bytes, at)
      return [length.end, length.end + length.value]
    }
    case 5:
      return [at, at + 4]
    default:
      throw new Error(`unknown wire type ${wireType} at byte ${at}`)
  }
}

function readVarint(bytes: Uint8Array, start: number): { readonly value: number; readonly end: number } {
  let value = 0
  for (let index = 0; index < 10; index++) {
    const byte = bytes[start + index]
    if (byte === undefined) break
    // Values past 2^53 are inexact; neither a tag nor a length comes near.
    value += (byte & 0x7f) * 2 ** (7 * index)
    if (byte < 0x80) return { value, end: start + index + 1 }
  }
  throw new Error(`no whole varint at byte ${start}`)
}

function varint(value: number): Uint8Array {
  const bytes: number[] = []
  let rest = value
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) + 0x80)
    rest = Math.floor(rest / 0x80)
  }
  return Uint8Array.of(...bytes, rest)
}
