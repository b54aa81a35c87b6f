import { type RowDeltas, rowDeltas } from '../../../deltas/row-deltas.ts'
import type { Batch } from '../../../pdata/batch.ts'
import type { RequestWriter } from '../wire/request-writer.ts'
import type { PointEnqueueSettings } from './enqueue-settings.ts'
import { newRequests } from './new-requests.ts'

/** Stores the readings of queries with top rows: an increase and the baseline of its row in one transaction, or neither. */
export class RowEnqueuer {
  readonly #settings: PointEnqueueSettings
  readonly #writer: RequestWriter

  constructor(settings: PointEnqueueSettings, writer: RequestWriter) {
    this.#settings = settings
    this.#writer = writer
  }

  /** @returns why a reading could not be stored, by batch; its rows keep their old baselines */
  store(batches: readonly Batch[]): ReadonlyMap<Batch, unknown> {
    const { store, temporality, ledger } = this.#settings
    const refused = new Map<Batch, unknown>()
    for (const batch of batches) {
      if (batch.counterRows === undefined) continue
      // Each reading is compared with the baselines that the one before has stored.
      const reading = rowDeltas(batch.reading, batch.counterRows, store, temporality)
      try {
        this.#put(batch, reading)
      } catch (error) {
        refused.set(batch, error)
        ledger.enqueueFailed(reading.consumed)
      }
    }
    return refused
  }

  /** As many requests as it takes. */
  #put({ resource, scope }: Batch, { outgoing, baselines, completes, ...counts }: RowDeltas): void {
    const { store, ledger } = this.#settings
    const writer = this.#writer
    const { requests, dropped } = newRequests(
      outgoing,
      (point) => writer.addPoint(resource, scope, point),
      writer,
      this.#settings,
    )
    store.put(requests, baselines, completes)
    ledger.consumed(counts.consumed)
    for (const [reason, points] of [...counts.dropped, ...dropped]) ledger.dropped(reason, points)
    for (const [reason, points] of counts.absorbed) ledger.absorbed(reason, points)
  }
}
