import type { Clock } from '../../../component/clock.ts'
import type { NewRequest } from '../queue/delivery-store.ts'
import { type Compression, compress } from '../wire/compression.ts'
import type { Encoding } from '../wire/encode-points.ts'
import { inHalves } from './split.ts'

export interface EncodedRequestSettings {
  readonly encoding: Encoding
  readonly compression: Compression
  readonly path: string
  readonly clock: Pick<Clock, 'now'>
  /** Serialized, before compression. */
  readonly maxRequestBytes: number
}

export interface EncodedRequests {
  readonly requests: readonly NewRequest[]
  /** Items that are too large for any request, even alone; they are in none. */
  readonly tooLarge: number
}

/** Encodes items to as many requests as it takes, in order: what turns out too big is encoded in halves. */
export function encodedRequests<Item>(
  items: readonly Item[],
  encode: (items: readonly Item[]) => Uint8Array,
  settings: EncodedRequestSettings,
): EncodedRequests {
  if (items.length === 0) return { requests: [], tooLarge: 0 }
  const body = encode(items)
  if (body.byteLength <= settings.maxRequestBytes) {
    return { requests: [newRequest(body, items.length, settings)], tooLarge: 0 }
  }
  if (items.length === 1) return { requests: [], tooLarge: 1 }
  const halves = inHalves(items).map((half) => encodedRequests(half, encode, settings))
  return {
    requests: halves.flatMap(({ requests }) => requests),
    tooLarge: halves.reduce((sum, { tooLarge }) => sum + tooLarge, 0),
  }
}

/** @param body serialized, not compressed */
export function newRequest(body: Uint8Array, points: number, settings: EncodedRequestSettings): NewRequest {
  const { encoding, compression, path, clock } = settings
  const bytes = compress(body, compression)
  return { bytes, encoding, compression, path, points, sizeBytes: body.byteLength, createdMs: clock.now() }
}
