import { type RowDeltas, rowDeltas } from '../../../deltas/row-deltas.ts'
import type { Batch } from '../../../pdata/batch.ts'
import { encodePoints } from '../wire/encode-points.ts'
import { encodedRequests } from './encoded-requests.ts'
import type { PointEnqueueSettings } from './enqueue-settings.ts'

/** Stores the readings of queries with top rows: an increase and the baseline of its row in one transaction, or neither. */
export class RowEnqueuer {
  readonly #settings: PointEnqueueSettings

  constructor(settings: PointEnqueueSettings) {
    this.#settings = settings
  }

  /** @returns why a reading could not be stored, by batch; its rows keep their old baselines */
  store(batches: readonly Batch[], itemsPerRequest: number): ReadonlyMap<Batch, unknown> {
    const { store, temporality, ledger } = this.#settings
    const refused = new Map<Batch, unknown>()
    for (const batch of batches) {
      if (batch.counterRows === undefined) continue
      // Each reading is compared with the baselines that the one before has stored.
      const reading = rowDeltas(batch.reading, batch.counterRows, store, temporality)
      try {
        this.#put(batch, reading, itemsPerRequest)
      } catch (error) {
        refused.set(batch, error)
        ledger.enqueueFailed(reading.consumed)
      }
    }
    return refused
  }

  /** As many requests as it takes. */
  #put({ resource, scope }: Batch, reading: RowDeltas, itemsPerRequest: number): void {
    const { store, ledger, encoding, limits } = this.#settings
    const outgoing = reading.outgoing.map((point) => ({ resource, scope, point }))
    const { requests, tooLarge } = encodedRequests(
      'metrics',
      outgoing,
      itemsPerRequest,
      (points) => encodePoints(points, encoding, limits),
      this.#settings,
    )
    store.put(requests, reading.baselines, reading.completes)
    ledger.consumed(reading.consumed)
    for (const [reason, points] of reading.dropped) ledger.dropped(reason, points)
    for (const [reason, points] of reading.absorbed) ledger.absorbed(reason, points)
    ledger.dropped('too_large', tooLarge)
  }
}
