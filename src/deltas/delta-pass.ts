import type { Batch } from '../pdata/batch.ts'
import type { Baseline, BaselineReader, LastComplete } from './baseline.ts'
import { type DeltaOutcome, deltaOutcome } from './delta-outcome.ts'
import type { Temporality } from './outgoing-point.ts'

/** A point of a batch and what becomes of it. */
export interface SeriesOutcome {
  readonly batch: Batch
  /** Of its series. */
  readonly key: string
  readonly outcome: DeltaOutcome
}

/** Compares the points of several batches with their baselines, one batch after the other, before any of them is stored. */
export class DeltaPass {
  readonly outcomes: SeriesOutcome[] = []
  /** Results that these batches complete, by query. */
  readonly completes = new Map<string, LastComplete>()
  readonly #store: BaselineReader
  readonly #temporality: Temporality
  /** By query and key. */
  readonly #baselines = new Map<string, Map<string, Baseline>>()

  constructor(store: BaselineReader, temporality: Temporality) {
    this.#store = store
    this.#temporality = temporality
  }

  /** @param mayComplete false where an earlier part of the same result is missing */
  add(batch: Batch, mayComplete: boolean): void {
    const { reading } = batch
    const { query, filter, startedMs, timeMs, epoch } = reading
    const lastComplete = this.completes.get(query) ?? this.#store.lastComplete(query)
    const pending = this.#pendingOf(query)
    for (const point of batch.points) {
      const { key } = point.series
      const baseline = pending.get(key) ?? this.#store.baseline(query, key)
      const outcome = deltaOutcome(point, reading, baseline, lastComplete, this.#temporality)
      if (outcome.baseline !== undefined) pending.set(key, outcome.baseline)
      this.outcomes.push({ batch, key, outcome })
    }
    if (reading.completes && mayComplete) this.completes.set(query, { filter, startedMs, timeMs, epoch })
  }

  #pendingOf(query: string): Map<string, Baseline> {
    let pending = this.#baselines.get(query)
    if (pending === undefined) {
      pending = new Map()
      this.#baselines.set(query, pending)
    }
    return pending
  }
}
