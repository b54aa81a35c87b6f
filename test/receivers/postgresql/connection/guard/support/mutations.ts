import { examples, int16, int32, message } from './server-messages.ts'

/** Gives numbers in [0, 1). */
export type Random = () => number

export function upTo(random: Random, limit: number): number {
  return Math.floor(random() * limit)
}

export function pick<T>(random: Random, items: readonly T[]): T {
  const item = items[upTo(random, items.length)]
  if (item === undefined) throw new Error('nothing to pick from')
  return item
}

export const kinds: readonly string[] = Object.keys(examples)

const headerBytes = 5
const lengths = [
  0, 1, 2, 3, 4, 5, 7, 8, 100, 65_536, 8_388_608, 8_388_609, 0x7fff_fffe, 0x7fff_ffff, -1, -2, -2_147_483_648,
]
const counts = [-1, 0, 1, 2, 4, 100, 32_767, -32_768]

type Mutate = (whole: Buffer, random: Random) => Buffer

/** Ways to spoil a message. */
const mutations: Readonly<Record<string, Mutate>> = {
  'is as it should be': (whole) => whole,
  'says another length': (whole, random) => patched(whole, 1, int32(pick(random, lengths))),
  'says a length at random': (whole, random) => patched(whole, 1, int32(upTo(random, 2 ** 32) - 2 ** 31)),
  'ends too early': (whole, random) => resized(whole, headerBytes + upTo(random, whole.length - headerBytes + 1)),
  'is cut off': (whole, random) => whole.subarray(0, 1 + upTo(random, whole.length)),
  'has bytes too many': (whole, random) =>
    message(typeOf(whole), whole.subarray(headerBytes), bytes(random, 1 + upTo(random, 40))),
  'lacks its last zero': (whole) => resized(whole, Math.max(headerBytes, whole.length - 1)),
  'has no zeros': (whole) => Buffer.from(whole.map((byte, index) => (index >= headerBytes && byte === 0 ? 97 : byte))),
  'has another count': (whole, random) =>
    patched(
      whole,
      headerBytes + upTo(random, Math.max(1, whole.length - headerBytes - 1)),
      int16(pick(random, counts)),
    ),
  'has another number': (whole, random) =>
    patched(
      whole,
      headerBytes + upTo(random, Math.max(1, whole.length - headerBytes - 3)),
      int32(pick(random, lengths)),
    ),
  'has other bits': (whole, random) => flipped(whole, random, 1 + upTo(random, 4)),
  'has another type': (whole, random) => patched(whole, 0, bytes(random, 1)),
  'is noise': (whole, random) => message(typeOf(whole), bytes(random, upTo(random, 200))),
  'is all noise': (_, random) => bytes(random, 1 + upTo(random, 200)),
  'comes twice': (whole) => Buffer.concat([whole, whole]),
  'comes a thousand times': (whole) => Buffer.concat(Array.from({ length: 1_000 }, () => whole)),
  'is long': (whole, random) =>
    message(typeOf(whole), whole.subarray(headerBytes), Buffer.alloc(upTo(random, 300_000), 98)),
}

export const ways: readonly string[] = Object.keys(mutations)

/** A message of that kind, spoilt in that way. */
export function mutated(kind: string, way: string, random: Random): Buffer {
  const whole = examples[kind]
  const mutate = mutations[way]
  if (whole === undefined || mutate === undefined) throw new Error(`no ${kind} that ${way}`)
  return mutate(Buffer.from(whole), random)
}

function typeOf(whole: Buffer): string {
  return whole.toString('latin1', 0, 1)
}

function bytes(random: Random, count: number): Buffer {
  return Buffer.from(Array.from({ length: count }, () => upTo(random, 256)))
}

/** With other bytes at a place, as far as it reaches. */
function patched(whole: Buffer, offset: number, patch: Buffer): Buffer {
  patch.copy(whole, offset)
  return whole
}

/** Cut to so many bytes, with the length that it then has. */
function resized(whole: Buffer, length: number): Buffer {
  return message(typeOf(whole), whole.subarray(headerBytes, length))
}

function flipped(whole: Buffer, random: Random, count: number): Buffer {
  for (let index = 0; index < count; index++) {
    const at = upTo(random, whole.length)
    whole.writeUInt8(whole.readUInt8(at) ^ (1 << upTo(random, 8)), at)
  }
  return whole
}
