import type { LastComplete } from '../../../deltas/baseline.ts'
import { DeltaPass, type SeriesOutcome } from '../../../deltas/delta-pass.ts'
import type { Batch } from '../../../pdata/batch.ts'
import { pointsIn } from '../../../pdata/points-in.ts'
import { encodePoints } from '../wire/encode-points.ts'
import type { BatchEnqueuer } from './batcher.ts'
import { inHalves, newRequest } from './encoded-requests.ts'
import { RowEnqueuer } from './enqueue-rows.ts'
import type { PointEnqueueSettings } from './enqueue-settings.ts'
import type { RequestSize } from './request-size.ts'

/** Turns batches into stored requests. Nothing waits between a comparison with the store's baselines and the new ones. */
export class PointEnqueuer implements BatchEnqueuer<Batch> {
  readonly #settings: PointEnqueueSettings
  readonly #rowEnqueuer: RowEnqueuer
  /** Query to `startedMs` of a result of which a part is missing: it must never pass for complete. */
  readonly #incomplete = new Map<string, number>()

  constructor(settings: PointEnqueueSettings) {
    this.#settings = settings
    this.#rowEnqueuer = new RowEnqueuer(settings)
  }

  measure(batch: Batch, size: RequestSize): void {
    size.addBatch(batch)
  }

  /** Points of a refused batch that were stored before are safe; those that were not keep their old baselines. */
  store(batches: readonly Batch[], itemsPerRequest: number): ReadonlyMap<Batch, unknown> {
    const pass = new DeltaPass(this.#settings.store, this.#settings.temporality)
    for (const batch of batches) pass.add(batch, this.#mayComplete(batch))
    const requests = cut(pass.outcomes, itemsPerRequest)
    let stored = 0
    try {
      for (const [index, outcomes] of requests.entries()) {
        const completes = index === requests.length - 1 ? pass.completes : new Map<string, LastComplete>()
        for (const count of this.#put(outcomes, completes)) stored += count
      }
    } catch (error) {
      return this.#refuse(batches, pass.outcomes.slice(stored), error)
    }
    return this.#rowEnqueuer.store(batches, itemsPerRequest)
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

  /** Stores one request, or several if it turns out too large; yields how many points each of them dealt with. */
  *#put(outcomes: readonly SeriesOutcome[], completes: ReadonlyMap<string, LastComplete>): Generator<number> {
    const { store, ledger, encoding, limits, maxRequestBytes } = this.#settings
    const outgoing = outcomes.flatMap(({ batch, outcome }) =>
      outcome.kind === 'send' ? [{ resource: batch.resource, scope: batch.scope, point: outcome.point }] : [],
    )
    const body = outgoing.length === 0 ? undefined : encodePoints(outgoing, encoding, limits)
    const isTooLarge = body !== undefined && body.byteLength > maxRequestBytes
    if (isTooLarge && outgoing.length > 1) {
      const [first, second] = inHalves(outcomes)
      yield* this.#put(first, new Map())
      yield* this.#put(second, completes)
      return
    }
    const requests =
      body === undefined || isTooLarge ? [] : [newRequest('metrics', body, outgoing.length, this.#settings)]
    const baselines = outcomes.flatMap(({ key, outcome }) =>
      outcome.baseline === undefined ? [] : [{ key, baseline: outcome.baseline }],
    )
    store.put(requests, baselines, completes)
    this.#count(outcomes)
    if (isTooLarge) ledger.dropped('too_large', outgoing.length)
    yield outcomes.length
  }

  #count(outcomes: readonly SeriesOutcome[]): void {
    const { ledger } = this.#settings
    ledger.consumed(outcomes.length)
    for (const [reason, points] of countReasons(outcomes, 'dropped')) ledger.dropped(reason, points)
    for (const [reason, points] of countReasons(outcomes, 'absorbed')) ledger.absorbed(reason, points)
  }
}

/** Cuts outcomes into what makes a request each: at least one, which may be empty. */
function cut(outcomes: readonly SeriesOutcome[], itemsPerRequest: number): readonly (readonly SeriesOutcome[])[] {
  const requests: (readonly SeriesOutcome[])[] = []
  let start = 0
  let items = 0
  for (const [index, { outcome }] of outcomes.entries()) {
    if (outcome.kind !== 'send') continue
    items += 1
    if (items < itemsPerRequest) continue
    requests.push(outcomes.slice(start, index + 1))
    start = index + 1
    items = 0
  }
  if (start < outcomes.length || requests.length === 0) requests.push(outcomes.slice(start))
  return requests
}

function countReasons(outcomes: readonly SeriesOutcome[], kind: 'dropped' | 'absorbed'): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { outcome } of outcomes) {
    if (outcome.kind === kind) counts.set(outcome.reason, (counts.get(outcome.reason) ?? 0) + 1)
  }
  return counts
}
