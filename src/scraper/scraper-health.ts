import type { Status } from '../component/status.ts'
import { errorMessage } from '../telemetry/error-message.ts'
import type { ScrapeOutcome } from './scrape.ts'

/** One status from the last outcome of each scraper. */
export class ScraperHealth {
  readonly #count: number
  /** Those of which nothing is known yet: a scraper that hangs from the start must not show as ok. */
  readonly #unknown: Set<string>
  readonly #failing = new Map<string, string>()

  constructor(scrapers: readonly string[]) {
    this.#count = scrapers.length
    this.#unknown = new Set(scrapers)
  }

  /** Takes in an outcome; true when the status is another one now. */
  ended(scraper: string, outcome: Exclude<ScrapeOutcome, { kind: 'cancelled' }>): boolean {
    const before = this.#text()
    this.#unknown.delete(scraper)
    if (outcome.kind === 'ok') this.#failing.delete(scraper)
    else this.#failing.set(scraper, errorMessage(outcome.error))
    return this.#text() !== before
  }

  status(): Status {
    if (this.#failing.size > 0) return { kind: 'recoverable', reason: this.reason() }
    return { kind: this.#unknown.size > 0 ? 'starting' : 'ok' }
  }

  /** What fails and why, one clause a message: most often all scrapers of a server fail alike. */
  reason(): string {
    const byMessage = Map.groupBy(this.#failing, ([, message]) => message)
    return [...byMessage]
      .map(([message, failing]) =>
        failing.length === 1
          ? `${failing[0]?.[0]}: ${message}`
          : `${message} (${failing.length} of ${this.#count} scrapers)`,
      )
      .join('; ')
  }

  #text(): string {
    const status = this.status()
    return status.kind === 'recoverable' ? `recoverable: ${status.reason}` : status.kind
  }
}
