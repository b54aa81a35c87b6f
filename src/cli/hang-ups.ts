/**
 * SIGHUPs, counted until it is known which command runs: some commands stop at one, others go on. One may come while the
 * program is loaded.
 */
export class HangUps {
  readonly #stop: () => void
  #heed: (() => void) | undefined
  #waiting = 0

  /** @param stop as a SIGTERM does */
  constructor(stop: () => void) {
    this.#stop = stop
  }

  /** One came. */
  arrive(): void {
    if (this.#heed === undefined) this.#waiting += 1
    else this.#heed()
  }

  /** From now on one stops the process, as a SIGTERM does. */
  stopTheProcess(): void {
    this.#heedBy(this.#stop)
  }

  /** From now on each is logged, and nothing else happens. */
  ignore(log: () => void): void {
    this.#heedBy(log)
  }

  #heedBy(heed: () => void): void {
    this.#heed = heed
    for (; this.#waiting > 0; this.#waiting -= 1) heed()
  }
}
