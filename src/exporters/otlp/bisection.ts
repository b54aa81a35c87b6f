import { compress, decompress } from './compression.ts'
import type { DeliveryStore, NewRequest, StoredRequest } from './store.ts'
import { countItems, sliceItems } from './wire.ts'

/** What the endpoint refused for good. */
export interface Loss {
  /** Or log records. */
  readonly points: number
  readonly reason: string
  /** What the endpoint said, last. */
  readonly error: string
}

/** What one stored request became: how much more of it may be sent, and what of it was lost. */
interface Family {
  /** Requests that may still be sent beside those that are on their way. */
  extraRequests: number
  /** Parts whose fate isn't decided. */
  parts: number
  loss: Loss | undefined
}

/** For each stored request that is refused for what is in it: enough for one bad point or record among 65,000. */
export const maxExtraRequests = 32
/** Parts that leave the queue by age or size are never told of, so there is a bound. */
const maxParts = 10_000

/** Knows which stored requests were one before. */
export class Bisection {
  readonly #store: Pick<DeliveryStore, 'replace' | 'release'>
  /** By the id of a part. */
  readonly #families = new Map<number, Family>()

  constructor(store: Pick<DeliveryStore, 'replace' | 'release'>) {
    this.#store = store
  }

  /** Whether there is something to halve, and still leave to send the halves. */
  mayHalve({ id, points }: StoredRequest, isBounded: boolean): boolean {
    if (points <= 1) return false
    return !isBounded || (this.#families.get(id)?.extraRequests ?? maxExtraRequests) >= 2
  }

  /**
   * Puts two halves in the place of a taken request; they wait where it waited.
   * @throws StoreFailedError when they can't be written; nothing has changed then
   */
  replace(request: StoredRequest, halves: readonly NewRequest[]): void {
    const parts = this.#store.replace(request, halves)
    const family = this.#families.get(request.id) ?? { extraRequests: maxExtraRequests, parts: 1, loss: undefined }
    this.#families.delete(request.id)
    family.extraRequests -= parts.length
    family.parts += parts.length - 1
    for (const part of parts) {
      this.#families.set(part.id, family)
      this.#store.release(part)
    }
    for (const id of this.#families.keys()) {
      if (this.#families.size <= maxParts) break
      this.#families.delete(id)
    }
  }

  /** @returns what all parts of a stored request lost, when this was the last of them */
  ended(request: StoredRequest, loss?: Loss): Loss | undefined {
    const family = this.#families.get(request.id)
    if (family === undefined) return loss
    this.#families.delete(request.id)
    family.parts -= 1
    if (loss !== undefined) family.loss = { ...loss, points: loss.points + (family.loss?.points ?? 0) }
    return family.parts === 0 ? family.loss : undefined
  }
}

/** @throws Error where the request's bytes aren't what they should be */
export function halvesOf(request: StoredRequest): readonly [NewRequest, NewRequest] {
  const { encoding, compression, path, points, createdMs } = request
  const whole = { encoding, path, bytes: decompress(request.bytes, compression) }
  const found = countItems(whole)
  if (found !== points) throw new Error(`the stored request holds ${found} points instead of ${points}`)
  const half = (start: number, end: number): NewRequest => {
    const body = sliceItems(whole, start, end)
    const bytes = compress(body, compression)
    return { bytes, sizeBytes: body.byteLength, points: end - start, encoding, compression, path, createdMs }
  }
  const middle = Math.ceil(points / 2)
  return [half(0, middle), half(middle, points)]
}
