import type { choices } from '../../../../generated/otlp/config.ts'
import type { BaselineReader, LastComplete, SeriesBaseline } from '../../../deltas/baseline.ts'
import type { Signal } from '../../../pdata/signal.ts'
import type { Compression } from '../wire/compression.ts'
import type { Encoding } from '../wire/encoding.ts'

/** An encoded request that waits to be sent. */
export interface NewRequest {
  /** Compressed as `compression` says. */
  readonly bytes: Uint8Array
  readonly encoding: Encoding
  readonly compression: Compression
  readonly signal: Signal
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

/** Called with points or log records that a store has dropped by itself. */
export type DropListener = (reason: StoreDropReason, points: number, signal: Signal) => void

/** Why a store dropped a request by itself. `damaged`: its bytes can't be read, or aren't what was written. */
export type StoreDropReason = 'queue_full' | 'max_age' | 'damaged'

export type TakeOrder = 'newest' | 'smallest'

/** What happens when a request doesn't fit: the oldest ones make room, or the new one is refused. */
export type OnFull = (typeof choices)['sending_queue.on_full'][number]

/** How much a store holds. */
export interface StoreLimits {
  /** Of the queued requests' bytes. */
  readonly capacityBytes: number
  readonly onFull: OnFull
  /** Requests that are older are dropped. */
  readonly maxAgeMs: number
}

/**
 * The queue of one exporter and the baselines that belong to it. The collector owns it, lends it to the exporter and disposes
 * of it after the exporter's shutdown. Only one exporter uses it at a time.
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
  /** Takes a request that isn't taken, the newest by default; it stays stored until it is removed. Never throws. */
  take(which?: TakeOrder): StoredRequest | undefined
  /** Gives a taken request back. */
  release(request: StoredRequest): void
  /** Ends a taken request, which was delivered or dropped. Never throws. */
  remove(request: StoredRequest): void
  /**
   * Puts others, such as its halves, in the place of a taken request, all or nothing. They are taken too, and the limits don't
   * apply to them.
   * @throws StoreFailedError when they can't be written; the request is still taken then
   */
  replace(request: StoredRequest, pieces: readonly NewRequest[]): readonly StoredRequest[]
  /** What is queued, taken requests included. */
  size(): QueueSize
  /** When the oldest of the queued requests was made. */
  oldestMs(): number | undefined
  /** There is one listener: the last one that was given. */
  onDropped(listener: DropListener): void
}
