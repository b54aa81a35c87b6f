import type { Clock } from '../component/clock.ts'
import { errorMessage } from '../telemetry/error-message.ts'
import type { Logger } from '../telemetry/logger.ts'
import { PartialScrapeError } from './partial-scrape-error.ts'

const repeatMs = 600_000

/** One way of failing, shared by all scrapers that fail that way: a server that is down is one line, not twenty. */
interface Failure {
  readonly message: string
  readonly scrapers: Set<string>
  sinceMs: number
  loggedMs: number
  /** Whether its end is logged: its beginning was. */
  announced: boolean
}

/**
 * Logs failing scrapers on change only: WARN at first and every ten minutes while it lasts, INFO when all that failed
 * that way work again. One that fails every other time gets one such pair in ten minutes.
 */
export class FailureLog {
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #failures = new Map<string, Failure>()

  constructor(clock: Clock, logger: Logger) {
    this.#clock = clock
    this.#logger = logger
  }

  failed(scraper: string, error: Error): void {
    const nowMs = this.#clock.now()
    const failure = this.#failure(errorMessage(error), nowMs)
    for (const left of this.#leave(scraper, failure)) failure.announced ||= left.announced
    failure.scrapers.add(scraper)
    if (nowMs - failure.loggedMs < repeatMs) return
    failure.loggedMs = nowMs
    failure.announced = true
    const sentence = error instanceof PartialScrapeError ? 'A part of a scrape is missing.' : 'A scrape failed.'
    this.#logger.warn(sentence, { scrapers: [...failure.scrapers], error: errorMessage(error) })
  }

  succeeded(scraper: string): void {
    for (const { announced, message, sinceMs } of this.#leave(scraper)) {
      if (!announced) continue
      this.#logger.info('Scrapes work again.', {
        scraper,
        was: message,
        failedMs: Math.round(this.#clock.now() - sinceMs),
      })
    }
  }

  #failure(message: string, nowMs: number): Failure {
    const kind = kindOf(message)
    let failure = this.#failures.get(kind)
    if (failure === undefined) {
      failure = { message, scrapers: new Set(), sinceMs: nowMs, loggedMs: Number.NEGATIVE_INFINITY, announced: false }
      this.#failures.set(kind, failure)
    }
    if (failure.scrapers.size === 0) failure.sinceMs = nowMs
    return failure
  }

  /** Takes the scraper out of every other failure; returns those of which it was the last one, as they were. */
  #leave(scraper: string, except?: Failure): Failure[] {
    const over: Failure[] = []
    for (const [kind, failure] of this.#failures) {
      if (failure === except) continue
      if (failure.scrapers.delete(scraper) && failure.scrapers.size === 0) {
        over.push({ ...failure })
        failure.announced = false
      }
      if (failure.scrapers.size === 0 && this.#clock.now() - failure.loggedMs >= repeatMs) this.#failures.delete(kind)
    }
    return over
  }
}

/** Messages that differ in numbers only (a pid, a port, a duration) are one kind, or each tick would log a new one. */
function kindOf(message: string): string {
  return message.replaceAll(/\d+/g, '#')
}
