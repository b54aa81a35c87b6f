import type { DeliveryStore, NewRequest, StoredRequest } from '../queue/delivery-store.ts'
import { compress, decompress } from '../wire/compression.ts'
import { countItems, sliceItems } from '../wire/stored-body.ts'
import type { SizeLimits } from './size-limit.ts'

/** What the endpoint refused for good. */
export interface Loss {
  /** Or log records. */
  readonly points: number
  readonly reason: string
  /** The endpoint's last response. */
  readonly error: string
}

/** Why a request is divided: for its size, or to find what is refused for its content. */
export type Division = 'size' | 'content'

/** The parts of one stored request: how many more may be sent, and what was lost. */
interface Family {
  /** How many requests may still be sent beside those that exist. */
  extraRequests: number
  /** Parts that haven't ended. */
  parts: number
  loss: Loss | undefined
  /**
   * Parts of what was divided for its content go one by one, the last first: all at once they would use up what may be
   * sent before the first of them is small enough to be taken.
   */
  readonly held: StoredRequest[]
  /** Of the smallest request that was divided for its content. */
  refusedBytes: number | undefined
}

/**
 * How many requests more are sent for a stored request that is refused for what is in it, counted anew whenever a part of it
 * is taken: enough to find one bad point or record among 65,000.
 */
const maxExtraRequests = 32
/** Parts that leave the queue by age or size don't end here, so the number is bounded. */
const maxParts = 10_000

/** Keeps track of the parts of requests that were divided. */
export class Bisection {
  readonly #store: Pick<DeliveryStore, 'replace' | 'release'>
  readonly #sizeLimits: SizeLimits
  /** By the id of a part. */
  readonly #families = new Map<number, Family>()
  #holds = true

  constructor(store: Pick<DeliveryStore, 'replace' | 'release'>, sizeLimits: SizeLimits) {
    this.#store = store
    this.#sizeLimits = sizeLimits
  }

  /** Whether there is something to halve, and the halves may still be sent. */
  mayHalve({ id, points }: StoredRequest, why: Division): boolean {
    if (points <= 1) return false
    return why === 'size' || (this.#families.get(id)?.extraRequests ?? maxExtraRequests) >= 2
  }

  /**
   * Puts pieces in the place of a taken request; they wait where it waited.
   * @throws StoreFailedError when they can't be written; nothing has changed then
   */
  replace(request: StoredRequest, pieces: readonly NewRequest[], why: Division): void {
    const parts = this.#store.replace(request, pieces)
    const family = this.#families.get(request.id) ?? newFamily()
    this.#families.delete(request.id)
    family.parts += parts.length - 1
    if (why === 'content') {
      family.extraRequests -= parts.length
      family.refusedBytes = Math.min(family.refusedBytes ?? request.sizeBytes, request.sizeBytes)
    }
    for (const part of parts) this.#families.set(part.id, family)
    family.held.push(...parts)
    if (why === 'content' && this.#holds) this.#releaseOne(family)
    else this.#releaseAll(family)
    this.#forgetOldest()
  }

  /** @returns what all parts of a stored request lost, when this was the last of them */
  ended(request: StoredRequest, loss?: Loss): Loss | undefined {
    const family = this.#families.get(request.id)
    if (family === undefined) return loss
    this.#families.delete(request.id)
    family.parts -= 1
    if (loss === undefined) family.extraRequests = maxExtraRequests
    else family.loss = { ...loss, points: loss.points + (family.loss?.points ?? 0) }
    this.#releaseOne(family)
    // Refused as a whole and taken in parts: it was too large, whatever the response said.
    if (family.parts === 0 && family.loss === undefined && family.refusedBytes !== undefined) {
      this.#sizeLimits[request.signal].refused(family.refusedBytes)
    }
    return family.parts === 0 ? family.loss : undefined
  }

  /** Lets all parts go that wait for another one: that one may be gone. */
  releaseHeld(): void {
    for (const family of new Set(this.#families.values())) this.#releaseAll(family)
  }

  /** From now on no part waits for another one. */
  close(): void {
    this.#holds = false
    this.releaseHeld()
  }

  #releaseOne(family: Family): void {
    const next = family.held.pop()
    if (next !== undefined) this.#store.release(next)
  }

  #releaseAll(family: Family): void {
    for (const part of family.held.splice(0)) this.#store.release(part)
  }

  #forgetOldest(): void {
    for (const [id, family] of this.#families) {
      if (this.#families.size <= maxParts) break
      this.#families.delete(id)
      this.#releaseAll(family)
    }
  }
}

function newFamily(): Family {
  return { extraRequests: maxExtraRequests, parts: 1, loss: undefined, held: [], refusedBytes: undefined }
}

/**
 * The request as so many requests, of about equally many points or records each.
 * @param count at most one for each point
 * @throws Error where the request's bytes aren't what they should be
 */
export function piecesOf(request: StoredRequest, count: number): readonly NewRequest[] {
  const { encoding, compression, signal, points, createdMs } = request
  const whole = { encoding, signal, bytes: decompress(request.bytes, compression) }
  const found = countItems(whole)
  if (found !== points) throw new Error(`the stored request holds ${found} points instead of ${points}`)
  const piece = (start: number, end: number): NewRequest => {
    const body = sliceItems(whole, start, end)
    const bytes = compress(body, compression)
    return { bytes, sizeBytes: body.byteLength, points: end - start, encoding, compression, signal, createdMs }
  }
  const ends = Array.from({ length: count + 1 }, (_, index) => Math.ceil((points * index) / count))
  return ends.slice(1).map((end, index) => piece(ends[index] ?? 0, end))
}
