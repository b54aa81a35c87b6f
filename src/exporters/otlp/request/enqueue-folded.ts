import { type FoldedReading, foldReading } from '../../../deltas/folded-deltas.ts'
import type { Batch } from '../../../pdata/batch.ts'
import type { Compression } from '../wire/compression.ts'
import { encodePoints } from '../wire/encode-points.ts'
import { encodedRequests } from './encoded-requests.ts'
import type { EnqueueSettings } from './enqueue-settings.ts'
import { targetRequestPoints } from './split.ts'

/** Stores the readings of folded queries: an increase and the baseline of its row in one transaction, or neither. */
export class FoldedEnqueuer {
  readonly #settings: EnqueueSettings

  constructor(settings: EnqueueSettings) {
    this.#settings = settings
  }

  /** @returns why a reading could not be stored, by batch; its rows keep their old baselines */
  store(batches: readonly Batch[], compression: Compression): ReadonlyMap<Batch, unknown> {
    const { store, temporality, telemetry } = this.#settings
    const refused = new Map<Batch, unknown>()
    for (const batch of batches) {
      if (batch.folded === undefined) continue
      // Each reading is judged by what the one before has stored.
      const reading = foldReading(batch.reading, batch.folded, store, temporality)
      try {
        this.#put(batch, reading, compression)
      } catch (error) {
        refused.set(batch, error)
        telemetry.enqueueFailed(reading.consumed)
      }
    }
    return refused
  }

  /** As many requests as it takes. */
  #put({ resource, scope }: Batch, reading: FoldedReading, compression: Compression): void {
    const { store, account, telemetry, encoding, limits, path, clock, maxRequestBytes } = this.#settings
    const outgoing = reading.outgoing.map((point) => ({ resource, scope, point }))
    const encoded = partsOf(outgoing, targetRequestPoints).map((part) =>
      encodedRequests(part, (points) => encodePoints(points, encoding, limits), {
        ...{ encoding, compression, path, clock, maxRequestBytes },
      }),
    )
    store.put(
      encoded.flatMap(({ requests }) => requests),
      reading.baselines,
      reading.completes,
    )
    account.consumed(reading.consumed)
    const tooLarge = encoded.reduce((sum, part) => sum + part.tooLarge, 0)
    for (const [reason, points] of [
      ...reading.dropped,
      ...(tooLarge === 0 ? [] : [['too_large', tooLarge] as const]),
    ]) {
      account.dropped(reason, points)
      telemetry.dropped(reason, points)
    }
    for (const [reason, points] of reading.absorbed) {
      account.absorbed(reason, points)
      telemetry.absorbed(reason, points)
    }
  }
}

function partsOf<T>(items: readonly T[], size: number): (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  )
}
