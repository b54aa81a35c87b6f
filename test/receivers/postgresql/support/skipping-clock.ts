import { type Clock, systemClock } from '../../../../src/component/clock.ts'

/** Real time that can be skipped, so that what is due in minutes is due now. */
export class SkippingClock implements Clock {
  readonly #real = systemClock()
  #skippedMs = 0

  now(): number {
    return this.#real.now() + this.#skippedMs
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return this.#real.sleep(ms, signal)
  }

  skip(ms: number): void {
    this.#skippedMs += ms
  }
}
