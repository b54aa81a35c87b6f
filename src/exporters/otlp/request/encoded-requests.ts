import type { Signal } from '../../../pdata/signal.ts'
import type { NewRequest } from '../queue/delivery-store.ts'
import type { EnqueueSettings } from './enqueue-settings.ts'

export interface EncodedRequests {
  readonly requests: readonly NewRequest[]
  /** Items that are too large for any request, even alone; they are in none. */
  readonly tooLarge: number
}

/**
 * Encodes items to as many requests as it takes, in order: what turns out too large is encoded in halves.
 * @param itemsPerRequest about how many items fit into a request
 */
export function encodedRequests<Item>(
  signal: Signal,
  items: readonly Item[],
  itemsPerRequest: number,
  encode: (items: readonly Item[]) => Uint8Array,
  settings: EnqueueSettings,
): EncodedRequests {
  const requests: NewRequest[] = []
  let tooLarge = 0
  const add = (some: readonly Item[]): void => {
    const body = encode(some)
    if (body.byteLength <= settings.maxRequestBytes) requests.push(newRequest(signal, body, some.length, settings))
    else if (some.length > 1) inHalves(some).forEach(add)
    else tooLarge += 1
  }
  for (let start = 0; start < items.length; start += itemsPerRequest) add(items.slice(start, start + itemsPerRequest))
  return { requests, tooLarge }
}

export function inHalves<T>(items: readonly T[]): [readonly T[], readonly T[]] {
  const middle = Math.ceil(items.length / 2)
  return [items.slice(0, middle), items.slice(middle)]
}

/** @param body serialized, not compressed */
export function newRequest(
  signal: Signal,
  body: Uint8Array,
  points: number,
  { compressor, encoding, clock }: EnqueueSettings,
): NewRequest {
  const { compression } = compressor
  const sizeBytes = body.byteLength
  return { signal, encoding, compression, points, sizeBytes, bytes: compressor.compress(body), createdMs: clock.now() }
}
