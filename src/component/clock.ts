import { setTimeout as delay } from 'node:timers/promises'

/** The collector's clock. Faked in tests; everything else that waits or stamps takes it from its settings. */
export interface Clock {
  /** Milliseconds since the Unix epoch, with fractions, never going back. */
  now(): number
  /** Resolves after that time; rejects with the signal's reason as soon as it aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
}

/** A larger jump of the wall clock is followed (a laptop that slept); a smaller one is not, for the sake of true intervals. */
const jumpMs = 1_000

/** Wall time that follows the monotonic clock, so that intervals are true; it steps forward with the wall, never back. */
export function systemClock(): Clock {
  let offset = Date.now() - performance.now()
  return {
    now() {
      const drift = Date.now() - performance.now() - offset
      if (drift > jumpMs) offset += drift
      return performance.now() + offset
    },
    async sleep(ms, signal) {
      // A longer delay overflows the timer and would fire at once.
      const timer = delay(Math.min(Math.max(ms, 0), 0x7fff_ffff), undefined, { signal })
      await timer.catch(() => signal.throwIfAborted())
    },
  }
}
