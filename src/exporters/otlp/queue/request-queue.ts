import type { QueueSize, StoreLimits, TakeOrder } from './delivery-store.ts'
import { StoreFullError } from './store-full-error.ts'

/** What a queue knows of each request. */
export interface Queued {
  readonly id: number
  readonly points: number
  /** Compressed. */
  readonly storedBytes: number
  readonly createdMs: number
}

export function bytesOf(requests: readonly { readonly bytes: Uint8Array }[]): number {
  return requests.reduce((sum, { bytes }) => sum + bytes.byteLength, 0)
}

/** Which requests wait, which are taken and which have to go. The store that uses it keeps their bytes. */
export class RequestQueue<Entry extends Queued> {
  readonly #limits: StoreLimits
  /** Oldest first. */
  readonly #waiting: Entry[] = []
  readonly #taken = new Map<number, Entry>()
  #points = 0
  #waitingBytes = 0
  #takenBytes = 0

  constructor(limits: StoreLimits) {
    this.#limits = limits
  }

  /** All, taken ones too. */
  entries(): readonly Entry[] {
    return [...this.#waiting, ...this.#taken.values()]
  }

  add(entry: Entry): void {
    this.#points += entry.points
    this.#insert(entry)
  }

  take(which: TakeOrder): Entry | undefined {
    return this.#takeAt(which === 'newest' ? this.#waiting.length - 1 : this.#indexOfSmallest())
  }

  /** Takes that request, which waits. */
  claim(id: number): void {
    this.#takeAt(this.#waiting.findLastIndex((entry) => entry.id === id))
  }

  release(id: number): void {
    const entry = this.#untake(id)
    if (entry !== undefined) this.#insert(entry)
  }

  /** Ends a taken request; false where it isn't taken. */
  remove(id: number): boolean {
    const entry = this.#untake(id)
    this.#points -= entry?.points ?? 0
    return entry !== undefined
  }

  /** Drops a request that waits. */
  drop(entry: Entry): void {
    const at = this.#waiting.indexOf(entry)
    if (at < 0) return
    this.#waiting.splice(at, 1)
    this.#waitingBytes -= entry.storedBytes
    this.#points -= entry.points
  }

  /**
   * Which requests must be dropped for so many bytes to fit, oldest first.
   * @throws StoreFullError where they can't be made to fit
   */
  inTheWayOf(bytes: number): readonly Entry[] {
    const { capacityBytes, onFull } = this.#limits
    if (bytes === 0) return []
    const total = this.#takenBytes + this.#waitingBytes
    let missing = total + bytes - capacityBytes
    if (missing <= 0) return []
    if (onFull === 'block' || this.#takenBytes + bytes > capacityBytes) throw new StoreFullError(total, capacityBytes)
    const enough = this.#waiting.findIndex(({ storedBytes }) => {
      missing -= storedBytes
      return missing <= 0
    })
    return this.#waiting.slice(0, enough + 1)
  }

  /** Requests that wait and are too old. */
  expired(nowMs: number): readonly Entry[] {
    const sinceMs = nowMs - this.#limits.maxAgeMs
    const alive = this.#waiting.findIndex(({ createdMs }) => createdMs >= sinceMs)
    return alive === 0 ? [] : this.#waiting.slice(0, alive < 0 ? this.#waiting.length : alive)
  }

  size(): QueueSize {
    return {
      requests: this.#waiting.length + this.#taken.size,
      points: this.#points,
      bytes: this.#waitingBytes + this.#takenBytes,
      capacityBytes: this.#limits.capacityBytes,
    }
  }

  oldestMs(): number | undefined {
    let oldestMs = this.#waiting[0]?.createdMs
    for (const { createdMs } of this.#taken.values()) oldestMs = Math.min(createdMs, oldestMs ?? createdMs)
    return oldestMs
  }

  #takeAt(index: number): Entry | undefined {
    const entry = this.#waiting[index]
    if (entry === undefined) return undefined
    this.#waiting.splice(index, 1)
    this.#waitingBytes -= entry.storedBytes
    this.#taken.set(entry.id, entry)
    this.#takenBytes += entry.storedBytes
    return entry
  }

  #insert(entry: Entry): void {
    const at = this.#waiting.findLastIndex((other) => isBefore(other, entry))
    this.#waiting.splice(at + 1, 0, entry)
    this.#waitingBytes += entry.storedBytes
  }

  #untake(id: number): Entry | undefined {
    const entry = this.#taken.get(id)
    if (entry === undefined) return undefined
    this.#taken.delete(id)
    this.#takenBytes -= entry.storedBytes
    return entry
  }

  /** -1 where nothing waits; of several the newest. */
  #indexOfSmallest(): number {
    let smallest = -1
    let bytes = Number.POSITIVE_INFINITY
    for (const [index, { storedBytes }] of this.#waiting.entries()) {
      if (storedBytes > bytes) continue
      smallest = index
      bytes = storedBytes
    }
    return smallest
  }
}

/** By age, so that the pieces of a request take its place. */
function isBefore(one: Queued, other: Queued): boolean {
  return one.createdMs < other.createdMs || (one.createdMs === other.createdMs && one.id < other.id)
}
