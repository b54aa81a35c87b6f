import type { BaselineReader, LastComplete, SeriesBaseline } from '../../../deltas/baseline.ts'
import type { Compression } from '../wire/compression.ts'
import type { Encoding } from '../wire/encode-points.ts'

/** An encoded request that waits to be sent. */
export interface NewRequest {
  /** Compressed as `compression` says. */
  readonly bytes: Uint8Array
  readonly encoding: Encoding
  readonly compression: Compression
  /** OTLP's path of the signal, e.g. `/v1/metrics`. */
  readonly path: string
  /** How many data points or log records it holds. */
  readonly points: number
  /** Serialized, before compression. */
  readonly sizeBytes: number
  readonly createdMs: number
}

export interface StoredRequest extends NewRequest {
  /** Grows with each request. */
  readonly id: number
}

export interface QueueSize {
  readonly requests: number
  readonly points: number
  /** Compressed. */
  readonly bytes: number
  readonly capacityBytes: number
}

export type DropListener = (reason: StoreDropReason, points: number, path: string) => void

/** Why a store gave up a request by itself. `damaged`: its bytes can't be read, or aren't what was written. */
export type StoreDropReason = 'queue_full' | 'max_age' | 'damaged'

export type TakeOrder = 'newest' | 'smallest'

/** What happens when a request doesn't fit: the oldest ones make room, or the new one is refused. */
export const onFullChoices = ['drop_oldest', 'block'] as const
export type OnFull = (typeof onFullChoices)[number]

/** How much a store holds. */
export interface StoreLimits {
  /** Of the queued requests' bytes. */
  readonly capacityBytes: number
  readonly onFull: OnFull
  /** Requests that are older are dropped. */
  readonly maxAgeMs: number
}

/**
 * The queue of one exporter and the baselines that belong to it. Owned by whoever composes the process and lent to the
 * exporter, so that it survives the exporter's reload; only one exporter uses it at a time. Its owner disposes of it.
 */
export interface DeliveryStore extends BaselineReader, Disposable {
  /** Whether what is queued outlives the exporter's shutdown. Otherwise a shutdown delivers what it can and drops the rest. */
  readonly survives: boolean
  /**
   * Stores requests and what goes with them, all or nothing.
   * @param requests mostly one, or none
   * @param baselines in order: of two for one series, the later stays
   * @param completes by query
   * @throws StoreFullError when they don't fit, StoreFailedError when they can't be written; nothing has changed then
   */
  put(
    requests: readonly NewRequest[],
    baselines: readonly SeriesBaseline[],
    completes: ReadonlyMap<string, LastComplete>,
  ): void
  /** A request that isn't taken, the newest unless said otherwise; it stays stored until it is removed. Never throws. */
  take(which?: TakeOrder): StoredRequest | undefined
  /** Gives a taken request back. */
  release(request: StoredRequest): void
  /** Ends a taken request: delivered or given up. Never throws. */
  remove(request: StoredRequest): void
  /**
   * Puts others in the place of a taken request, all or nothing: its halves, say. They come taken, and there is room for
   * them whatever the limit.
   * @throws StoreFailedError when they can't be written; the request is still taken then
   */
  replace(request: StoredRequest, pieces: readonly NewRequest[]): readonly StoredRequest[]
  /** What is queued, taken requests included. */
  size(): QueueSize
  /** When the oldest of the queued requests was made. */
  oldestMs(): number | undefined
  /**
   * Who is to be told of points or records that the store drops by itself; one listener, the last.
   * @param listener `path` is their request's
   */
  onDropped(listener: DropListener): void
}
