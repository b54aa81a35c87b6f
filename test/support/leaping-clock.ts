import { type Clock, systemClock } from '../../src/component/clock.ts'

/** Real time that can leap ahead: who sleeps until then wakes at once. */
export class LeapingClock implements Clock {
  readonly #real = systemClock()
  #leaptMs = 0
  #leap = new AbortController()

  now(): number {
    return this.#real.now() + this.#leaptMs
  }

  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    const dueMs = this.now() + ms
    do {
      const leap = this.#leap.signal
      await this.#real.sleep(dueMs - this.now(), AbortSignal.any([signal, leap])).catch(() => signal.throwIfAborted())
    } while (this.now() < dueMs)
  }

  leap(ms: number): void {
    this.#leaptMs += ms
    const before = this.#leap
    this.#leap = new AbortController()
    before.abort()
  }
}
