import type { LastComplete, SeriesBaseline } from '../../../deltas/baseline.ts'
import type { DeltaOutcome } from '../../../deltas/delta-outcome.ts'
import { DeltaPass } from '../../../deltas/delta-pass.ts'
import type { OutgoingPoint } from '../../../deltas/outgoing-point.ts'
import type { Batch } from '../../../pdata/batch.ts'
import { pointsIn } from '../../../pdata/points-in.ts'
import { type Added, RequestWriter } from '../wire/request-writer.ts'
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
    this.#writer.clear()
    let stored = 0
    let held = new Held()
    try {
      for (const batch of batches) {
        pass.add(batch, this.#mayComplete(batch), (key, outcome) => {
          if (outcome.kind === 'send' && this.#write(batch, outcome.point, held) === 'full') {
            this.#put(held, new Map())
            pass.stored()
            stored += held.points
            held = new Held()
            this.#write(batch, outcome.point, held)
          }
          held.add(key, outcome)
        })
      }
      this.#put(held, pass.completes)
    } catch (error) {
      return this.#refuse(batches, stored, error)
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
  #refuse(batches: readonly Batch[], stored: number, error: unknown): ReadonlyMap<Batch, unknown> {
    const refused = new Map<Batch, unknown>()
    let missing = -stored
    for (const batch of batches) {
      missing += batch.points.length
      if (batch.counterRows !== undefined || (missing > 0 && batch.points.length > 0)) refused.set(batch, error)
    }
    // Without any missing point it was a completion that could not be stored: every batch may have a part in it.
    if (missing === 0) for (const batch of batches) refused.set(batch, error)
    for (const batch of refused.keys()) this.withdraw(batch)
    const rowValues = batches.reduce((sum, batch) => sum + pointsIn({ ...batch, points: [] }), 0)
    this.#settings.ledger.enqueueFailed(missing + rowValues)
    return refused
  }

  #write({ resource, scope }: Batch, point: OutgoingPoint, held: Held): Added {
    const added = this.#writer.addPoint(resource, scope, point)
    if (added === 'too_large' || added === 'invalid_attribute') countOne(held.dropped, added)
    return added
  }

  /** Stores what the writer holds with what goes with it. */
  #put(held: Held, completes: ReadonlyMap<string, LastComplete>): void {
    const { store, ledger } = this.#settings
    const { items } = this.#writer
    const requests = items === 0 ? [] : [newRequest('metrics', items, this.#writer.take(), this.#settings)]
    store.put(requests, held.baselines, completes)
    ledger.consumed(held.points)
    for (const [reason, points] of held.dropped) ledger.dropped(reason, points)
    for (const [reason, points] of held.absorbed) ledger.absorbed(reason, points)
  }
}

/** What is stored with one request: what became of its points, and of those between them that aren't sent. */
class Held {
  points = 0
  readonly baselines: SeriesBaseline[] = []
  readonly dropped = new Map<string, number>()
  readonly absorbed = new Map<string, number>()

  add(key: string, outcome: DeltaOutcome): void {
    const { baseline } = outcome
    this.points += 1
    if (baseline !== undefined) this.baselines.push({ key, baseline })
    if (outcome.kind !== 'send') countOne(outcome.kind === 'absorbed' ? this.absorbed : this.dropped, outcome.reason)
  }
}
