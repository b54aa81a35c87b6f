import type { LastComplete } from '../../../deltas/baseline.ts'
import { DeltaPass, type SeriesOutcome } from '../../../deltas/delta-pass.ts'
import type { Batch } from '../../../pdata/batch.ts'
import { pointsIn } from '../../../pdata/points-in.ts'
import type { Compression } from '../wire/compression.ts'
import { encodePoints } from '../wire/encode-points.ts'
import { newRequest } from './encoded-requests.ts'
import { FoldedEnqueuer } from './enqueue-folded.ts'
import type { EnqueueSettings } from './enqueue-settings.ts'
import { inHalves, requestsOf } from './split.ts'

/** Turns batches into stored requests. Nothing here waits: what is judged against the store's baselines is stored at once. */
export class Enqueuer {
  readonly #settings: EnqueueSettings
  readonly #folded: FoldedEnqueuer
  /** Query to `startedMs` of a result of which a part was refused: it must never pass for complete. */
  readonly #incomplete = new Map<string, number>()

  constructor(settings: EnqueueSettings) {
    this.#settings = settings
    this.#folded = new FoldedEnqueuer(settings)
  }

  /**
   * Stores batches, in order.
   * @returns why a batch could not be stored, by batch. The points of it that were stored before are safe; those that
   * were not keep their old baselines.
   */
  store(batches: readonly Batch[], compression: Compression): ReadonlyMap<Batch, unknown> {
    const pass = new DeltaPass(this.#settings.store, this.#settings.temporality)
    for (const batch of batches) pass.add(batch, this.#mayComplete(batch))
    const requests = requestsOf(pass.outcomes, this.#settings.encoding)
    let stored = 0
    try {
      for (const [index, outcomes] of requests.entries()) {
        const completes = index === requests.length - 1 ? pass.completes : new Map<string, LastComplete>()
        for (const done of this.#put(outcomes, completes, compression)) stored += done
      }
    } catch (error) {
      // Later points may have been judged by the baselines of those that were refused, so all that follow are refused.
      const refused = new Map(pass.outcomes.slice(stored).map(({ batch }) => [batch, error]))
      const isEmpty = refused.size === 0
      for (const batch of batches) if (isEmpty || batch.folded !== undefined) refused.set(batch, error)
      for (const batch of refused.keys()) this.refuse(batch)
      const folded = batches.reduce((sum, batch) => sum + pointsIn({ ...batch, points: [] }), 0)
      this.#settings.telemetry.enqueueFailed(pass.outcomes.length - stored + folded)
      return refused
    }
    return this.#folded.store(batches, compression)
  }

  /** Remembers that the batch isn't stored, so that its result never passes for complete. */
  refuse(batch: Batch): void {
    this.#incomplete.set(batch.reading.query, batch.reading.startedMs)
  }

  /** What is folded comes whole, in one batch, and completes its result by itself. */
  #mayComplete({ reading, folded }: Batch): boolean {
    return folded === undefined && this.#incomplete.get(reading.query) !== reading.startedMs
  }

  /** Stores one request, or several if it turns out too big; yields how many points each of them dealt with. */
  *#put(
    outcomes: readonly SeriesOutcome[],
    completes: ReadonlyMap<string, LastComplete>,
    compression: Compression,
  ): Generator<number> {
    const { store, encoding, limits, path, clock, maxRequestBytes } = this.#settings
    const encoded = { encoding, compression, path, clock, maxRequestBytes }
    const outgoing = outcomes.flatMap(({ batch, outcome }) =>
      outcome.kind === 'send' ? [{ resource: batch.resource, scope: batch.scope, point: outcome.point }] : [],
    )
    const body = outgoing.length === 0 ? undefined : encodePoints(outgoing, encoding, limits)
    if (body !== undefined && body.byteLength > maxRequestBytes && outgoing.length > 1) {
      const [first, second] = inHalves(outcomes)
      yield* this.#put(first, new Map(), compression)
      yield* this.#put(second, completes, compression)
      return
    }
    const tooLarge = body !== undefined && body.byteLength > maxRequestBytes
    const requests = body === undefined || tooLarge ? [] : [newRequest(body, outgoing.length, encoded)]
    const baselines = outcomes.flatMap(({ key, outcome }) =>
      outcome.baseline === undefined ? [] : [{ key, baseline: outcome.baseline }],
    )
    store.put(requests, baselines, completes)
    this.#count(outcomes)
    if (tooLarge) this.#drop('too_large', outgoing.length)
    yield outcomes.length
  }

  #count(outcomes: readonly SeriesOutcome[]): void {
    this.#settings.account.consumed(outcomes.length)
    for (const [reason, points] of countReasons(outcomes, 'dropped')) this.#drop(reason, points)
    for (const [reason, points] of countReasons(outcomes, 'absorbed')) this.#absorb(reason, points)
  }

  #absorb(reason: string, points: number): void {
    this.#settings.account.absorbed(reason, points)
    this.#settings.telemetry.absorbed(reason, points)
  }

  #drop(reason: string, points: number): void {
    if (points === 0) return
    this.#settings.account.dropped(reason, points)
    this.#settings.telemetry.dropped(reason, points)
  }
}

function countReasons(outcomes: readonly SeriesOutcome[], kind: 'dropped' | 'absorbed'): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { outcome } of outcomes) {
    if (outcome.kind === kind) counts.set(outcome.reason, (counts.get(outcome.reason) ?? 0) + 1)
  }
  return counts
}
