/** Lets waiters sleep until something they wait for may have changed. */
export class Gate {
  #next = Promise.withResolvers<void>()

  /** Wakes all that wait now. */
  open(): void {
    this.#next.resolve()
    this.#next = Promise.withResolvers()
  }

  /** Resolves with the next `open`; rejects with the signal's reason when it aborts. */
  async wait(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    const aborted = Promise.withResolvers<never>()
    const abort = () => aborted.reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    try {
      await Promise.race([this.#next.promise, aborted.promise])
    } finally {
      signal.removeEventListener('abort', abort)
    }
  }
}
