import type { LastComplete, SeriesBaseline } from '../../../deltas/baseline.ts'
import { DeltaPass, type SeriesOutcome } from '../../../deltas/delta-pass.ts'
import type { Batch } from '../../../pdata/batch.ts'
import { pointsIn } from '../../../pdata/points-in.ts'
import { RequestWriter } from '../wire/request-writer.ts'
import type { BatchEnqueuer } from './batcher.ts'
import { RowEnqueuer } from './enqueue-rows.ts'
import type { PointEnqueueSettings } from './enqueue-settings.ts'
import { fillOfPoints } from './fill.ts'
import { countOne, newRequest } from './new-requests.ts'

/** Turns batches into stored requests. Nothing waits between a comparison with the store's baselines and the new ones. */
export class PointEnqueuer implements BatchEnqueuer<Batch> {
  readonly #settings: PointEnqueueSettings
  readonly #writer: RequestWriter
  readonly #rowEnqueuer: RowEnqueuer
  /** Query to `startedMs` of a result of which a part is missing: it must never pass for complete. */
  readonly #incomplete = new Map<string, number>()

  constructor(settings: PointEnqueueSettings) {
    this.#settings = settings
    this.#writer = new RequestWriter({ ...settings, signal: 'metrics' })
    this.#rowEnqueuer = new RowEnqueuer(settings, this.#writer)
  }

  fill(batch: Batch): number {
    return fillOfPoints(batch)
  }

  /** Points of a refused batch that were stored before are safe; those that were not keep their old baselines. */
  store(batches: readonly Batch[]): ReadonlyMap<Batch, unknown> {
    const pass = new DeltaPass(this.#settings.store, this.#settings.temporality)
    for (const batch of batches) pass.add(batch, this.#mayComplete(batch))
    const { outcomes, completes } = pass
    const writer = this.#writer
    writer.clear()
    let stored = 0
    let dropped = new Map<string, number>()
    try {
      for (const [index, { batch, outcome }] of outcomes.entries()) {
        if (outcome.kind !== 'send') continue
        let added = writer.addPoint(batch.resource, batch.scope, outcome.point)
        if (added === 'full') {
          this.#put(outcomes.slice(stored, index), new Map(), dropped)
          stored = index
          dropped = new Map()
          added = writer.addPoint(batch.resource, batch.scope, outcome.point)
        }
        if (added !== 'added') countOne(dropped, added)
      }
      this.#put(outcomes.slice(stored), completes, dropped)
    } catch (error) {
      return this.#refuse(batches, outcomes.slice(stored), error)
    }
    return this.#rowEnqueuer.store(batches)
  }

  /** The batch isn't stored, so its result is not complete. */
  withdraw(batch: Batch): void {
    this.#incomplete.set(batch.reading.query, batch.reading.startedMs)
  }

  /** Counter rows come whole, in one batch, and complete their result by themselves. */
  #mayComplete({ reading, counterRows }: Batch): boolean {
    return counterRows === undefined && this.#incomplete.get(reading.query) !== reading.startedMs
  }

  /**
   * Points that follow a refused one may have been compared with its baseline, so all that follow are refused, and all
   * counter rows.
   */
  #refuse(batches: readonly Batch[], missing: readonly SeriesOutcome[], error: unknown): ReadonlyMap<Batch, unknown> {
    const refused = new Map(missing.map(({ batch }) => [batch, error]))
    // Without any missing point it was a completion that could not be stored: every batch may have a part in it.
    for (const batch of batches) if (missing.length === 0 || batch.counterRows !== undefined) refused.set(batch, error)
    for (const batch of refused.keys()) this.withdraw(batch)
    const rowValues = batches.reduce((sum, batch) => sum + pointsIn({ ...batch, points: [] }), 0)
    this.#settings.ledger.enqueueFailed(missing.length + rowValues)
    return refused
  }

  /** Stores what the writer holds and the baselines of these outcomes, of which some points are in no request. */
  #put(
    outcomes: readonly SeriesOutcome[],
    completes: ReadonlyMap<string, LastComplete>,
    dropped: Map<string, number>,
  ): void {
    const { store, ledger } = this.#settings
    const { items } = this.#writer
    const requests = items === 0 ? [] : [newRequest('metrics', items, this.#writer.take(), this.#settings)]
    const baselines: SeriesBaseline[] = []
    const absorbed = new Map<string, number>()
    for (const { key, outcome } of outcomes) {
      if (outcome.baseline !== undefined) baselines.push({ key, baseline: outcome.baseline })
      if (outcome.kind === 'absorbed') countOne(absorbed, outcome.reason)
      if (outcome.kind === 'dropped') countOne(dropped, outcome.reason)
    }
    store.put(requests, baselines, completes)
    ledger.consumed(outcomes.length)
    for (const [reason, points] of dropped) ledger.dropped(reason, points)
    for (const [reason, points] of absorbed) ledger.absorbed(reason, points)
  }
}
