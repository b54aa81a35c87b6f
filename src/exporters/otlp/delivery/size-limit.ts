import type { Clock } from '../../../component/clock.ts'
import type { Signal } from '../../../pdata/signal.ts'

/** An endpoint may have been given another limit since. */
const forgottenAfterMs = 24 * 3_600_000
/**
 * Smaller requests are never divided before they are sent: one huge point, or an endpoint that refuses everything for a while,
 * says nothing about a limit.
 */
const leastBytes = 16 * 1_024

/** Signals may go to different endpoints. */
export type SizeLimits = Readonly<Record<Signal, SizeLimit>>

/** How large a request the endpoint takes, learned from what it took and refused. Sizes are those before compression. */
export class SizeLimit {
  readonly #clock: Pick<Clock, 'now'>
  #refusedBytes: number | undefined
  #takenBytes = 0
  #learnedMs = 0

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock
  }

  /** Larger requests are divided before they are sent; `undefined` while no limit is known. */
  get bytes(): number | undefined {
    if (this.#refusedBytes === undefined) return undefined
    if (this.#clock.now() >= this.#learnedMs + forgottenAfterMs) return this.#forget()
    return Math.max(this.#takenBytes, Math.ceil(this.#refusedBytes / 2), leastBytes)
  }

  refused(sizeBytes: number): void {
    this.#refusedBytes = Math.min(this.#refusedBytes ?? sizeBytes, sizeBytes)
    if (this.#takenBytes >= this.#refusedBytes) this.#takenBytes = 0
    this.#learnedMs = this.#clock.now()
  }

  taken(sizeBytes: number): void {
    if (this.#refusedBytes === undefined) return
    if (sizeBytes >= this.#refusedBytes) this.#forget()
    else this.#takenBytes = Math.max(this.#takenBytes, sizeBytes)
  }

  #forget(): undefined {
    this.#refusedBytes = undefined
    this.#takenBytes = 0
  }
}
