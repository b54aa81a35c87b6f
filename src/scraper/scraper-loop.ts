import { type ScrapeOutcome, type ScrapeSettings, scrapeOnce } from './scrape.ts'
import type { Scraper } from './scraper.ts'

export interface ScraperLoopSettings extends ScrapeSettings {
  /** Between scrapes, unless the scraper has an interval of its own. */
  readonly collectionIntervalMs: number
  readonly initialDelayMs: number
  /** Called after every scrape. */
  readonly onOutcome: (scraper: string, outcome: ScrapeOutcome) => void
}

/** One scraper and its ticks. Whoever asks for a scrape, two of them never run at once. */
export class ScraperLoop {
  readonly #scraper: Scraper
  readonly #settings: ScraperLoopSettings
  #scraping: Promise<ScrapeOutcome> | undefined

  constructor(scraper: Scraper, settings: ScraperLoopSettings) {
    this.#scraper = scraper
    this.#settings = settings
  }

  /** Resolves when no scrape is running. */
  async idle(): Promise<void> {
    while (this.#scraping !== undefined) await this.#scraping
  }

  /** Scrapes once, after the running scrape if there is one. */
  async scrape(signal: AbortSignal): Promise<ScrapeOutcome> {
    // Not `await this.idle()`: between its end and ours another caller could start.
    while (this.#scraping !== undefined) await this.#scraping
    if (signal.aborted) return { kind: 'cancelled' }
    this.#scraping = scrapeOnce(this.#scraper, this.#settings, signal)
    const outcome = await this.#scraping
    this.#scraping = undefined
    this.#settings.onOutcome(this.#scraper.name, outcome)
    return outcome
  }

  /** Scrapes after the initial delay and then on each tick. Resolves when the signal has aborted and no scrape runs. */
  async run(signal: AbortSignal): Promise<void> {
    try {
      await this.#tick(signal)
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }

  async #tick(signal: AbortSignal): Promise<never> {
    const { clock, telemetry, initialDelayMs, collectionIntervalMs } = this.#settings
    const intervalMs = this.#scraper.intervalMs ?? collectionIntervalMs
    await clock.sleep(initialDelayMs, signal)
    const firstMs = clock.now()
    for (let tick = 0; ; ) {
      await this.scrape(signal)
      // A timer may fire a fraction of a millisecond early: the tick that was just served must not come again.
      const next = Math.max(tick + 1, Math.ceil((clock.now() - firstMs) / intervalMs))
      if (next > tick + 1) telemetry.skippedTicks(this.#scraper.name, next - tick - 1)
      tick = next
      await clock.sleep(firstMs + tick * intervalMs - clock.now(), signal)
    }
  }
}
