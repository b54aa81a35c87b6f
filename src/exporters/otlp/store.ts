import type { Baseline, LastComplete } from './baseline.ts'
import type { Compression } from './compression.ts'
import type { Encoding } from './encode.ts'

/** An encoded request that waits to be sent. */
export interface NewRequest {
  /** Compressed as `compression` says. */
  readonly bytes: Uint8Array
  readonly encoding: Encoding
  readonly compression: Compression
  /** OTLP's path of the signal, e.g. `/v1/metrics`. */
  readonly path: string
  readonly points: number
  /** Serialized, before compression. */
  readonly sizeBytes: number
  readonly createdMs: number
}

export interface StoredRequest extends NewRequest {
  /** Grows with each request. */
  readonly id: number
}

/** A baseline and the key of its series. */
export interface SeriesBaseline {
  readonly key: string
  readonly baseline: Baseline
}

/**
 * The queue of one exporter and the baselines that belong to it. Owned by whoever composes the process and lent to the
 * exporter, so that it survives the exporter's reload; only one exporter uses it at a time.
 */
export interface DeliveryStore {
  /** Whether what is queued outlives the exporter's shutdown. Otherwise a shutdown delivers what it can and drops the rest. */
  readonly survives: boolean
  baseline(query: string, key: string): Baseline | undefined
  lastComplete(query: string): LastComplete | undefined
  /**
   * Stores a request and what goes with it, all or nothing.
   * @param baselines in order: of two for one series, the later stays
   * @param completes by query
   * @throws StoreFullError when the request doesn't fit; nothing has changed then
   */
  put(
    request: NewRequest | undefined,
    baselines: readonly SeriesBaseline[],
    completes: ReadonlyMap<string, LastComplete>,
  ): void
  /** The newest request that isn't taken; it stays stored until it is removed. */
  take(): StoredRequest | undefined
  /** Gives a taken request back. */
  release(request: StoredRequest): void
  /** Ends a taken request: delivered or given up. */
  remove(request: StoredRequest): void
  /** What is queued, taken requests included. */
  size(): { readonly requests: number; readonly points: number; readonly bytes: number; readonly capacityBytes: number }
}
