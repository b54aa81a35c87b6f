/**
 * SIGHUPs, held until it is known what runs: some commands stop at one, others go on. One that comes while the program
 * is loaded is no exception.
 */
export class HangUps {
  readonly #stop: () => void
  #heed: (() => void) | undefined
  #held = 0

  /** @param stop as a SIGTERM does */
  constructor(stop: () => void) {
    this.#stop = stop
  }

  /** One came. */
  arrive(): void {
    if (this.#heed === undefined) this.#held += 1
    else this.#heed()
  }

  /** From now on one stops the process, as a SIGTERM does. */
  stopTheProcess(): void {
    this.#heedBy(this.#stop)
  }

  /** From now on each is told, and nothing else happens. */
  ignore(tell: () => void): void {
    this.#heedBy(tell)
  }

  #heedBy(heed: () => void): void {
    this.#heed = heed
    for (; this.#held > 0; this.#held -= 1) heed()
  }
}
