import type { Signal } from '../../../pdata/signal.ts'
import type { NewRequest } from '../queue/delivery-store.ts'
import type { Added, RequestWriter } from '../wire/request-writer.ts'
import type { EnqueueSettings } from './enqueue-settings.ts'

export interface NewRequests {
  readonly requests: readonly NewRequest[]
  /** By reason, how many items are in none of them. */
  readonly dropped: ReadonlyMap<string, number>
}

/** As many requests as it takes for all items, in order. */
export function newRequests<Item>(
  items: readonly Item[],
  add: (item: Item) => Added,
  writer: RequestWriter,
  settings: EnqueueSettings,
): NewRequests {
  const requests: NewRequest[] = []
  const dropped = new Map<string, number>()
  const take = () => requests.push(newRequest(writer.signal, writer.items, writer.take(), settings))
  writer.clear()
  for (const item of items) {
    let added = add(item)
    if (added === 'full') {
      take()
      added = add(item)
    }
    if (added !== 'added') countOne(dropped, added)
  }
  if (writer.items > 0) take()
  return { requests, dropped }
}

export function countOne(counts: Map<string, number>, reason: string): void {
  counts.set(reason, (counts.get(reason) ?? 0) + 1)
}

/** @param body serialized, not compressed */
export function newRequest(
  signal: Signal,
  points: number,
  body: Uint8Array,
  { compressor, encoding, clock }: EnqueueSettings,
): NewRequest {
  const { compression } = compressor
  const sizeBytes = body.byteLength
  return { signal, encoding, compression, points, sizeBytes, bytes: compressor.compress(body), createdMs: clock.now() }
}
