import type { LastComplete } from '../../../deltas/baseline.ts'
import { type Judged, Reckoning } from '../../../deltas/delta-pass.ts'
import type { Batch } from '../../../pdata/batch.ts'
import { pointsIn } from '../../../pdata/points-in.ts'
import type { Compression } from '../wire/compression.ts'
import { encodePoints } from '../wire/encode-points.ts'
import { newRequest } from './encoded-requests.ts'
import { FoldedIntake } from './enqueue-folded.ts'
import type { IntakeSettings } from './enqueue-settings.ts'
import { inHalves, requestsOf } from './split.ts'

/** Turns batches into stored requests. Nothing here waits: what is judged against the store's baselines is stored at once. */
export class Intake {
  readonly #settings: IntakeSettings
  readonly #folded: FoldedIntake
  /** Query to `startedMs` of a result of which a part was refused: it must never pass for complete. */
  readonly #incomplete = new Map<string, number>()

  constructor(settings: IntakeSettings) {
    this.#settings = settings
    this.#folded = new FoldedIntake(settings)
  }

  /**
   * Stores batches, in order.
   * @returns why a batch could not be stored, by batch. The points of it that were stored before are safe; those that
   * were not keep their old baselines.
   */
  store(batches: readonly Batch[], compression: Compression): ReadonlyMap<Batch, unknown> {
    const reckoning = new Reckoning(this.#settings.store, this.#settings.temporality)
    for (const batch of batches) reckoning.add(batch, this.#mayComplete(batch))
    const requests = requestsOf(reckoning.judged, this.#settings.encoding)
    let stored = 0
    try {
      for (const [index, judged] of requests.entries()) {
        const completes = index === requests.length - 1 ? reckoning.completes : new Map<string, LastComplete>()
        for (const done of this.#put(judged, completes, compression)) stored += done
      }
    } catch (error) {
      // Later points may have been judged by the baselines of those that were refused, so all that follow are refused.
      const refused = new Map(reckoning.judged.slice(stored).map(({ batch }) => [batch, error]))
      const isEmpty = refused.size === 0
      for (const batch of batches) if (isEmpty || batch.folded !== undefined) refused.set(batch, error)
      for (const batch of refused.keys()) this.refuse(batch)
      const folded = batches.reduce((sum, batch) => sum + pointsIn({ ...batch, points: [] }), 0)
      this.#settings.telemetry.enqueueFailed(reckoning.judged.length - stored + folded)
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
    judged: readonly Judged[],
    completes: ReadonlyMap<string, LastComplete>,
    compression: Compression,
  ): Generator<number> {
    const { store, encoding, limits, path, clock, maxRequestBytes } = this.#settings
    const encoded = { encoding, compression, path, clock, maxRequestBytes }
    const outgoing = judged.flatMap(({ batch, verdict }) =>
      verdict.kind === 'send' ? [{ resource: batch.resource, scope: batch.scope, point: verdict.point }] : [],
    )
    const body = outgoing.length === 0 ? undefined : encodePoints(outgoing, encoding, limits)
    if (body !== undefined && body.byteLength > maxRequestBytes && outgoing.length > 1) {
      const [first, second] = inHalves(judged)
      yield* this.#put(first, new Map(), compression)
      yield* this.#put(second, completes, compression)
      return
    }
    const tooLarge = body !== undefined && body.byteLength > maxRequestBytes
    const requests = body === undefined || tooLarge ? [] : [newRequest(body, outgoing.length, encoded)]
    const baselines = judged.flatMap(({ key, verdict }) =>
      verdict.baseline === undefined ? [] : [{ key, baseline: verdict.baseline }],
    )
    store.put(requests, baselines, completes)
    this.#count(judged)
    if (tooLarge) this.#drop('too_large', outgoing.length)
    yield judged.length
  }

  #count(judged: readonly Judged[]): void {
    this.#settings.account.consumed(judged.length)
    for (const [reason, points] of countReasons(judged, 'dropped')) this.#drop(reason, points)
    for (const [reason, points] of countReasons(judged, 'absorbed')) this.#absorb(reason, points)
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

function countReasons(judged: readonly Judged[], kind: 'dropped' | 'absorbed'): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { verdict } of judged) {
    if (verdict.kind === kind) counts.set(verdict.reason, (counts.get(verdict.reason) ?? 0) + 1)
  }
  return counts
}
