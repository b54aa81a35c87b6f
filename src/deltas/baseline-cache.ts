import type { Baseline, LastComplete } from './baseline.ts'

/** A baseline of a series that wasn't seen for so long is forgotten. */
const forgottenAfterMs = 24 * 3_600_000
const sweepEveryMs = 3_600_000
const sweepAtLeastAtCount = 20_000

/** Overwritten from scrape to scrape: new objects would live for one scrape only, and fill the old generation. */
type CachedBaseline = { -readonly [Key in keyof Baseline]: Baseline[Key] } & {
  readonly id: number
  /** `undefined` once it was forgotten. */
  key: string | undefined
  /** The one that was looked for after this one, the last time. */
  next: CachedBaseline | undefined
}

/** The baselines of one query. */
interface QueryBaselines {
  readonly byKey: Map<string, CachedBaseline>
  /** The one that was looked for last. */
  last: CachedBaseline | undefined
}

/** What was forgotten. */
export interface Forgotten {
  /** Of series. */
  readonly ids: readonly number[]
  /** Queries whose last complete result proves nothing any more. */
  readonly queries: readonly string[]
}

/** The baselines of one exporter's series and the last complete results of their queries, in memory. */
export class BaselineCache {
  /** By query, so that a complete result can drop the baselines of series that no longer exist. */
  readonly #baselines = new Map<string, QueryBaselines>()
  readonly #completes = new Map<string, LastComplete>()
  #count = 0
  #newestMs = 0
  #sweepAtCount = sweepAtLeastAtCount
  #sweepAtMs = Number.POSITIVE_INFINITY

  get count(): number {
    return this.#count
  }

  baseline(query: string, key: string): Baseline | undefined {
    return this.#find(this.#baselines.get(query), key)
  }

  /** Gives a baseline another key, if there is one under the first. */
  rename(query: string, from: string, to: string): Baseline | undefined {
    const ofQuery = this.#baselines.get(query)
    const baseline = ofQuery?.byKey.get(from)
    if (ofQuery === undefined || baseline === undefined) return undefined
    ofQuery.byKey.delete(from)
    ofQuery.byKey.set(to, baseline)
    baseline.key = to
    return baseline
  }

  /** The number that the series was set with. */
  idOf(query: string, key: string): number | undefined {
    return this.#find(this.#baselines.get(query), key)?.id
  }

  lastComplete(query: string): LastComplete | undefined {
    return this.#completes.get(query)
  }

  get completes(): ReadonlyMap<string, LastComplete> {
    return this.#completes
  }

  *entries(): Generator<{ readonly key: string; readonly baseline: Baseline & { readonly id: number } }> {
    for (const ofQuery of this.#baselines.values()) {
      for (const [key, baseline] of ofQuery.byKey) yield { key, baseline }
    }
  }

  /** @param id of the series; counts only where the series is new */
  set(key: string, baseline: Baseline, id: number): void {
    let ofQuery = this.#baselines.get(baseline.query)
    if (ofQuery === undefined) {
      ofQuery = { byKey: new Map(), last: undefined }
      this.#baselines.set(baseline.query, ofQuery)
    }
    const kept = this.#find(ofQuery, key)
    if (kept === undefined) this.#count += 1
    if (kept === undefined || !overwrite(kept, baseline)) {
      ofQuery.byKey.set(key, { ...baseline, id: kept?.id ?? id, key, next: undefined })
      if (kept !== undefined) kept.key = undefined
    }
    if (baseline.seenMs > this.#newestMs) this.#newestMs = baseline.seenMs
  }

  /** Remembers complete results. Series that aren't in them are forgotten, and so are those that weren't seen for long. */
  complete(completes: ReadonlyMap<string, LastComplete>): Forgotten {
    const ids: number[] = []
    for (const [query, complete] of completes) {
      this.#completes.set(query, complete)
      this.#forget(query, complete.startedMs, ids)
    }
    if (this.#sweepAtMs === Number.POSITIVE_INFINITY) this.#sweepAtMs = this.#newestMs + sweepEveryMs
    const due = this.#count > this.#sweepAtCount || this.#newestMs > this.#sweepAtMs
    return { ids, queries: due ? this.#sweep(ids) : [] }
  }

  /** Drops the query's baselines that weren't seen since. */
  #forget(query: string, sinceMs: number, ids: number[]): boolean {
    const ofQuery = this.#baselines.get(query)
    if (ofQuery === undefined) return false
    const { byKey } = ofQuery
    const before = byKey.size
    // An iterator would make an array for each of them.
    byKey.forEach((baseline, key) => {
      if (baseline.seenMs >= sinceMs) return
      byKey.delete(key)
      baseline.key = undefined
      baseline.next = undefined
      ids.push(baseline.id)
    })
    if (byKey.size === 0) this.#baselines.delete(query)
    this.#count -= before - byKey.size
    return before > byKey.size
  }

  /** Series come in the same order from scrape to scrape, so that mostly no key has to be looked up. */
  #find(ofQuery: QueryBaselines | undefined, key: string): CachedBaseline | undefined {
    const last = ofQuery?.last
    if (ofQuery === undefined || last?.key === key) return last
    let found = last?.next
    if (found?.key !== key) {
      found = ofQuery.byKey.get(key)
      if (found === undefined) return undefined
      if (last !== undefined) last.next = found
    }
    ofQuery.last = found
    return found
  }

  /** For queries whose results are never complete (cut by a limit) or that no longer run: nothing else forgets their series. */
  #sweep(ids: number[]): string[] {
    const sinceMs = this.#newestMs - forgottenAfterMs
    const queries: string[] = []
    for (const query of new Set([...this.#baselines.keys(), ...this.#completes.keys()])) {
      const complete = this.#completes.get(query)
      const forgot = this.#forget(query, sinceMs, ids)
      // Without its baseline such a series would pass for one that was absent from that result.
      if (complete !== undefined && (forgot || complete.startedMs < sinceMs)) {
        this.#completes.delete(query)
        queries.push(query)
      }
    }
    this.#sweepAtCount = Math.max(sweepAtLeastAtCount, 2 * this.#count)
    this.#sweepAtMs = this.#newestMs + sweepEveryMs
    return queries
  }
}

/** @returns false where one has a token or a row and the other none */
function overwrite(kept: CachedBaseline, { token, row, value, timeMs, seenMs, sinceMs, epoch }: Baseline): boolean {
  if ((token === undefined) !== (kept.token === undefined) || (row === undefined) !== (kept.row === undefined))
    return false
  if (token !== undefined) kept.token = token
  if (row !== undefined) kept.row = row
  kept.value = value
  kept.timeMs = timeMs
  kept.seenMs = seenMs
  kept.sinceMs = sinceMs
  kept.epoch = epoch
  return true
}
