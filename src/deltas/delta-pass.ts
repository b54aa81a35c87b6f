import type { Batch } from '../pdata/batch.ts'
import type { Baseline, BaselineReader, LastComplete } from './baseline.ts'
import { type DeltaOutcome, deltaOutcome } from './delta-outcome.ts'
import type { Temporality } from './outgoing-point.ts'

/** Compares the points of several batches with their baselines, one batch after the other. */
export class DeltaPass {
  /** Results that these batches complete, by query. */
  readonly completes = new Map<string, LastComplete>()
  readonly #store: BaselineReader
  readonly #temporality: Temporality
  /** Of points that aren't stored yet, by query and key. */
  readonly #pending = new Map<string, Map<string, Baseline>>()

  constructor(store: BaselineReader, temporality: Temporality) {
    this.#store = store
    this.#temporality = temporality
  }

  /**
   * @param mayComplete false where an earlier part of the same result is missing
   * @param take gets the key of each point's series and what becomes of the point, in order
   */
  add(batch: Batch, mayComplete: boolean, take: (key: string, outcome: DeltaOutcome) => void): void {
    const { reading } = batch
    const { query, filter, startedMs, timeMs, epoch } = reading
    const lastComplete = this.completes.get(query) ?? this.#store.lastComplete(query)
    const pending = this.#pendingOf(query)
    for (const point of batch.points) {
      const { key, metric } = point.series
      const baseline = metric.monotonic ? (pending.get(key) ?? this.#store.baseline(query, key)) : undefined
      const outcome = deltaOutcome(point, reading, baseline, lastComplete, this.#temporality)
      take(key, outcome)
      if (outcome.baseline !== undefined) pending.set(key, outcome.baseline)
    }
    if (reading.completes && mayComplete) this.completes.set(query, { filter, startedMs, timeMs, epoch })
  }

  /** To be called when the baselines of all points but the one that is being taken are in the store. */
  stored(): void {
    for (const ofQuery of this.#pending.values()) ofQuery.clear()
  }

  #pendingOf(query: string): Map<string, Baseline> {
    let pending = this.#pending.get(query)
    if (pending === undefined) {
      pending = new Map()
      this.#pending.set(query, pending)
    }
    return pending
  }
}
