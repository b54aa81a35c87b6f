import type { Baseline, LastComplete } from './baseline.ts'
import type { DeliveryStore, NewRequest, SeriesBaseline, StoredRequest } from './store.ts'
import { StoreFullError } from './store-full-error.ts'

export interface MemoryStoreSettings {
  /** Limit of the queued requests' bytes. */
  readonly capacityBytes: number
}

/** A baseline of a series that wasn't seen for so long is forgotten. */
const forgottenAfterMs = 24 * 3_600_000

/** Written over from scrape to scrape: new objects would live for just one of them, and fill the old generation. */
type KeptBaseline = { -readonly [Key in keyof Baseline]: Baseline[Key] }

/** A store that ends with the process. */
export class MemoryStore implements DeliveryStore {
  /** Set by the owner while it swaps the exporter. */
  survives = false
  readonly #capacityBytes: number
  /** By query, so that a complete result can drop the baselines of series that no longer exist. */
  readonly #baselines = new Map<string, Map<string, KeptBaseline>>()
  readonly #completes = new Map<string, LastComplete>()
  /** Oldest first. */
  readonly #waiting: StoredRequest[] = []
  readonly #taken = new Set<StoredRequest>()
  #nextId = 1
  #points = 0
  #bytes = 0
  #baselineCount = 0
  #sweepAtCount = 20_000

  constructor(settings: MemoryStoreSettings) {
    this.#capacityBytes = settings.capacityBytes
  }

  baseline(query: string, key: string): Baseline | undefined {
    return this.#baselines.get(query)?.get(key)
  }

  lastComplete(query: string): LastComplete | undefined {
    return this.#completes.get(query)
  }

  put(
    request: NewRequest | undefined,
    baselines: readonly SeriesBaseline[],
    completes: ReadonlyMap<string, LastComplete>,
  ): void {
    if (request !== undefined) this.#enqueue(request)
    for (const { key, baseline } of baselines) this.#setBaseline(key, baseline)
    for (const [query, complete] of completes) {
      this.#completes.set(query, complete)
      this.#forget(query, complete.startedMs)
    }
    if (this.#baselineCount > this.#sweepAtCount) this.#sweep()
  }

  take(): StoredRequest | undefined {
    const request = this.#waiting.pop()
    if (request !== undefined) this.#taken.add(request)
    return request
  }

  release(request: StoredRequest): void {
    if (!this.#taken.delete(request)) return
    const at = this.#waiting.findLastIndex((other) => other.id < request.id)
    this.#waiting.splice(at + 1, 0, request)
  }

  remove(request: StoredRequest): void {
    if (!this.#taken.delete(request)) return
    this.#points -= request.points
    this.#bytes -= request.bytes.byteLength
  }

  size(): { requests: number; points: number; bytes: number; capacityBytes: number } {
    return {
      requests: this.#waiting.length + this.#taken.size,
      points: this.#points,
      bytes: this.#bytes,
      capacityBytes: this.#capacityBytes,
    }
  }

  #enqueue(request: NewRequest): void {
    if (this.#bytes + request.bytes.byteLength > this.#capacityBytes) {
      throw new StoreFullError(this.#bytes, this.#capacityBytes)
    }
    this.#waiting.push({ ...request, id: this.#nextId++ })
    this.#points += request.points
    this.#bytes += request.bytes.byteLength
  }

  #setBaseline(key: string, baseline: Baseline): void {
    let ofQuery = this.#baselines.get(baseline.query)
    if (ofQuery === undefined) {
      ofQuery = new Map()
      this.#baselines.set(baseline.query, ofQuery)
    }
    const kept = ofQuery.get(key)
    if (kept === undefined) this.#baselineCount += 1
    if (kept === undefined || !overwrite(kept, baseline)) ofQuery.set(key, { ...baseline })
  }

  /** Drops the query's baselines that weren't seen since. */
  #forget(query: string, sinceMs: number): number {
    const ofQuery = this.#baselines.get(query)
    if (ofQuery === undefined) return 0
    const before = ofQuery.size
    for (const [key, baseline] of ofQuery) if (baseline.seenMs < sinceMs) ofQuery.delete(key)
    if (ofQuery.size === 0) this.#baselines.delete(query)
    this.#baselineCount -= before - ofQuery.size
    return before - ofQuery.size
  }

  /** For queries whose results are never complete (cut by a limit): their series come and go unnoticed. */
  #sweep(): void {
    let newestMs = 0
    for (const ofQuery of this.#baselines.values()) {
      for (const { seenMs } of ofQuery.values()) newestMs = Math.max(newestMs, seenMs)
    }
    for (const query of this.#baselines.keys()) {
      // Without its baseline such a series would pass for one that was absent from that result.
      if (this.#forget(query, newestMs - forgottenAfterMs) > 0) this.#completes.delete(query)
    }
    this.#sweepAtCount = Math.max(20_000, 2 * this.#baselineCount)
  }
}

/** False where one has a token and the other none. */
function overwrite(kept: KeptBaseline, { token, value, timeMs, seenMs, sinceMs, epoch }: Baseline): boolean {
  if ((token === undefined) !== (kept.token === undefined)) return false
  if (token !== undefined) kept.token = token
  kept.value = value
  kept.timeMs = timeMs
  kept.seenMs = seenMs
  kept.sinceMs = sinceMs
  kept.epoch = epoch
  return true
}
