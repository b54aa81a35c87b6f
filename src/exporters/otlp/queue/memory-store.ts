import type { Clock } from '../../../component/clock.ts'
import type { Baseline, LastComplete, SeriesBaseline } from '../../../deltas/baseline.ts'
import { BaselineCache } from '../../../deltas/baseline-cache.ts'
import type {
  DeliveryStore,
  DropListener,
  NewRequest,
  QueueSize,
  StoreDropReason,
  StoredRequest,
  StoreLimits,
  TakeOrder,
} from './delivery-store.ts'
import { bytesOf, type Queued, RequestQueue } from './request-queue.ts'

export interface MemoryStoreSettings extends Partial<StoreLimits> {
  readonly capacityBytes: number
  /** For the age of requests; without it none is too old. */
  readonly clock?: Pick<Clock, 'now'>
}

interface Entry extends Queued {
  readonly request: StoredRequest
}

/** A store that ends with the process. */
export class MemoryStore implements DeliveryStore {
  readonly survives: boolean = false
  readonly #clock: Pick<Clock, 'now'> | undefined
  readonly #cache = new BaselineCache()
  readonly #queue: RequestQueue<Entry>
  #nextId = 1
  #dropped: DropListener = () => {}

  constructor({ clock, capacityBytes, onFull = 'block', maxAgeMs = Number.POSITIVE_INFINITY }: MemoryStoreSettings) {
    this.#clock = clock
    this.#queue = new RequestQueue({ capacityBytes, onFull, maxAgeMs })
  }

  onDropped(listener: DropListener): void {
    this.#dropped = listener
  }

  baseline(query: string, key: string): Baseline | undefined {
    return this.#cache.baseline(query, key)
  }

  lastComplete(query: string): LastComplete | undefined {
    return this.#cache.lastComplete(query)
  }

  put(
    requests: readonly NewRequest[],
    baselines: readonly SeriesBaseline[],
    completes: ReadonlyMap<string, LastComplete>,
  ): void {
    this.#expire()
    this.#drop('queue_full', this.#queue.inTheWayOf(bytesOf(requests)))
    for (const request of requests) this.#add(request)
    for (const { key, baseline } of baselines) this.#cache.set(key, baseline, 0)
    this.#cache.complete(completes)
  }

  take(which: TakeOrder = 'newest'): StoredRequest | undefined {
    this.#expire()
    return this.#queue.take(which)?.request
  }

  release({ id }: StoredRequest): void {
    this.#queue.release(id)
  }

  remove({ id }: StoredRequest): void {
    this.#queue.remove(id)
  }

  replace({ id }: StoredRequest, pieces: readonly NewRequest[]): readonly StoredRequest[] {
    if (!this.#queue.remove(id)) return []
    return pieces.map((piece) => {
      const stored = this.#add(piece)
      this.#queue.claim(stored.id)
      return stored
    })
  }

  size(): QueueSize {
    return this.#queue.size()
  }

  oldestMs(): number | undefined {
    return this.#queue.oldestMs()
  }

  [Symbol.dispose](): void {}

  #add(request: NewRequest): StoredRequest {
    const stored = { ...request, id: this.#nextId++ }
    const { id, points, createdMs, bytes } = stored
    this.#queue.add({ id, points, createdMs, storedBytes: bytes.byteLength, request: stored })
    return stored
  }

  #expire(): void {
    if (this.#clock !== undefined) this.#drop('max_age', this.#queue.expired(this.#clock.now()))
  }

  #drop(reason: StoreDropReason, entries: readonly Entry[]): void {
    for (const entry of entries) {
      this.#queue.drop(entry)
      this.#dropped(reason, entry.points, entry.request.signal)
    }
  }
}
