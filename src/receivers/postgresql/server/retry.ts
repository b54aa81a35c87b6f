import { type BackoffSettings, backoffDelay } from '../../../component/backoff.ts'
import type { Clock } from '../../../component/clock.ts'
import { errorCode, quarantining } from '../connection/sqlstate.ts'
import { quarantine } from './schedule.ts'

const longestMs = 60_000

/** When something that failed is asked again: after one interval, then twice as late each time, up to a minute. */
export class Retry {
  readonly #clock: Clock
  readonly #settings: BackoffSettings
  readonly #slackMs: number
  #failures = 0
  #notBeforeMs = Number.NEGATIVE_INFINITY
  #error: Error | undefined

  /** @param slackMs how much too early is early enough */
  constructor(clock: Clock, settings: BackoffSettings, slackMs = 0) {
    this.#clock = clock
    this.#settings = settings
    this.#slackMs = slackMs
  }

  /** For what is asked at each interval. Without jitter: a try that is a moment late would miss its tick. */
  static eachInterval(clock: Clock, intervalMs: number): Retry {
    const maxMs = Math.max(intervalMs, longestMs)
    return new Retry(clock, { initialMs: intervalMs, maxMs, multiplier: 2, jitter: 0 }, intervalMs / 2)
  }

  /** Why it failed last; `undefined` once it has worked. */
  get error(): Error | undefined {
    return this.#error
  }

  /** Why it isn't asked now; `undefined` when it may be. */
  get obstacle(): Error | undefined {
    return this.#clock.now() < this.#notBeforeMs ? this.#error : undefined
  }

  failed(error: Error): void {
    this.#failures += 1
    this.#error = error
    // What is denied won't mend itself soon, however often it is asked.
    const settings = quarantining.has(errorCode(error) ?? '') ? quarantine : this.#settings
    this.#notBeforeMs = this.#clock.now() + backoffDelay(settings, this.#failures) - this.#slackMs
  }

  succeeded(): void {
    this.#failures = 0
    this.#error = undefined
    this.#notBeforeMs = Number.NEGATIVE_INFINITY
  }
}
