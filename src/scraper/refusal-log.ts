import type { Clock } from '../component/clock.ts'
import type { Signal } from '../pdata/signal.ts'
import { errorMessage } from '../telemetry/error-message.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { Refusal } from './scrape-sink.ts'

/** A full disk refuses every batch: each signal has at most one line in this time. */
const quietMs = 60_000

/** What was refused and not logged yet. */
interface Unsaid {
  readonly scrapers: Set<string>
  items: number
  error: unknown
  saidMs: number
}

/** Logs what no exporter took, with all that was refused since the last line. */
export class RefusalLog {
  readonly #clock: Pick<Clock, 'now'>
  readonly #logger: Logger
  readonly #unsaid = new Map<Signal, Unsaid>()

  constructor(clock: Pick<Clock, 'now'>, logger: Logger) {
    this.#clock = clock
    this.#logger = logger
  }

  refused(scraper: string, refusals: ReadonlyMap<Signal, Refusal>): void {
    for (const [signal, { items, error }] of refusals) {
      const unsaid = this.#unsaid.get(signal) ?? { scrapers: new Set(), items: 0, error, saidMs: -Infinity }
      unsaid.scrapers.add(scraper)
      unsaid.items += items
      unsaid.error = error
      this.#unsaid.set(signal, unsaid)
      if (this.#clock.now() >= unsaid.saidMs + quietMs) this.#say(signal, unsaid)
    }
  }

  /** Logs the rest. */
  flush(): void {
    for (const [signal, unsaid] of this.#unsaid) if (unsaid.items > 0) this.#say(signal, unsaid)
  }

  #say(signal: Signal, unsaid: Unsaid): void {
    const { scrapers, items, error } = unsaid
    const about = { scrapers: [...scrapers], [signal === 'logs' ? 'records' : 'points']: items }
    const fields = { ...about, error: errorMessage(error) }
    if (signal === 'logs') this.#logger.error('No exporter took log records; they are lost.', fields)
    else this.#logger.warn('No exporter took what was scraped; its increments come again with the next scrape.', fields)
    scrapers.clear()
    unsaid.items = 0
    unsaid.saidMs = this.#clock.now()
  }
}
