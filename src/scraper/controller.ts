import type { Clock } from '../component/clock.ts'
import type { Consumer } from '../component/consumer.ts'
import type { Host } from '../component/host.ts'
import type { Lacks, Receiver } from '../component/receiver.ts'
import { errorMessage } from '../telemetry/error-message.ts'
import type { Logger } from '../telemetry/logger.ts'
import { FailureLog } from './failure-log.ts'
import { RefusalLog } from './refusal-log.ts'
import type { ScrapeOutcome } from './scrape.ts'
import type { Scraper } from './scraper.ts'
import { ScraperHealth } from './scraper-health.ts'
import { ScraperLoop } from './scraper-loop.ts'
import { noScraperTelemetry, type ScraperTelemetry } from './scraper-telemetry.ts'

/** How long a shutdown waits for scrapes that were aborted. */
const shutdownMs = 5_000

export interface ScraperControllerSettings {
  /** The receiver's id, e.g. `postgresql/orders`. */
  readonly id: string
  /** Their names differ. */
  readonly scrapers: readonly Scraper[]
  readonly consumer: Consumer
  readonly collectionIntervalMs: number
  /** Default: 1,000. */
  readonly initialDelayMs?: number
  /** How long a scrape may take. Default: 0, no time-out. */
  readonly timeoutMs?: number
  readonly clock: Clock
  readonly logger: Logger
  readonly telemetry?: ScraperTelemetry
}

/**
 * Runs scrapers on their ticks, independently: one that fails or hangs delays no other. Counts and logs for them, and
 * reports `ok` once all of them work, `recoverable` while any fails.
 */
export class ScraperController implements Receiver {
  readonly intervalMs: number
  readonly #id: string
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #loops: readonly ScraperLoop[]
  readonly #failureLog: FailureLog
  readonly #refusalLog: RefusalLog
  readonly #health: ScraperHealth
  readonly #lifetime = new AbortController()
  #running: readonly Promise<void>[] = []
  #host: Host | undefined
  #stopped: Promise<void> | undefined

  constructor(settings: ScraperControllerSettings) {
    this.intervalMs = settings.collectionIntervalMs
    this.#id = settings.id
    this.#clock = settings.clock
    this.#logger = settings.logger.child({ receiver: settings.id })
    this.#failureLog = new FailureLog(settings.clock, this.#logger)
    this.#refusalLog = new RefusalLog(settings.clock, this.#logger)
    this.#health = new ScraperHealth(settings.scrapers.map((scraper) => scraper.name))
    const loopSettings = {
      ...settings,
      logger: this.#logger,
      refusalLog: this.#refusalLog,
      initialDelayMs: settings.initialDelayMs ?? 1_000,
      timeoutMs: settings.timeoutMs ?? 0,
      telemetry: settings.telemetry ?? noScraperTelemetry,
      onOutcome: (scraper: string, outcome: ScrapeOutcome) => this.#ended(scraper, outcome),
    }
    this.#loops = settings.scrapers.map((scraper) => new ScraperLoop(scraper, loopSettings))
  }

  start(host: Host): Promise<void> {
    const { signal } = this.#lifetime
    if (signal.aborted) return Promise.resolve()
    this.#host = host
    host.report(this.#health.status())
    this.#running = this.#loops.map((loop) => loop.run(signal))
    return Promise.resolve()
  }

  /**
   * Scrapes every scraper once, now; with or without `start`, never at the same time as a tick's scrape.
   * @throws AggregateError when some failed and no other gave anything, the signal's reason when it aborts, an Error after shutdown
   */
  async collect(signal: AbortSignal): Promise<Lacks> {
    const either = AbortSignal.any([signal, this.#lifetime.signal])
    const outcomes = await Promise.all(this.#loops.map((loop) => loop.scrape(either)))
    either.throwIfAborted()
    const errors = outcomes.flatMap((outcome) => ('error' in outcome ? [outcome.error] : []))
    const isUseful = (outcome: ScrapeOutcome) =>
      outcome.kind === 'partial' || (outcome.kind === 'ok' && outcome.items > 0)
    if (errors.length > 0 && !outcomes.some(isUseful)) {
      throw new AggregateError(errors, `${this.#id}: nothing could be read: ${this.#health.reason()}`)
    }
    const failures = errors.map((error) => new Error(`${this.#id}: ${errorMessage(error)}`, { cause: error }))
    return { failures, missing: [] }
  }

  shutdown(): Promise<void> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  async #stop(): Promise<void> {
    this.#host?.report({ kind: 'stopping' })
    this.#lifetime.abort(new DOMException(`the receiver ${this.#id} is stopping`, 'AbortError'))
    const waited = new AbortController()
    const ended = Promise.all([...this.#running, ...this.#loops.map((loop) => loop.idle())]).then(() => true)
    const late = this.#clock.sleep(shutdownMs, waited.signal).then(
      () => false,
      () => true,
    )
    if (!(await Promise.race([ended, late]))) {
      this.#logger.warn('Scrapes did not stop in time and are abandoned.', { waitedMs: shutdownMs })
    }
    waited.abort()
    this.#refusalLog.flush()
    this.#host?.report({ kind: 'stopped' })
  }

  #ended(scraper: string, outcome: ScrapeOutcome): void {
    if (outcome.kind === 'cancelled') return
    if (outcome.kind === 'ok') this.#failureLog.succeeded(scraper)
    else this.#failureLog.failed(scraper, outcome.error)
    if (this.#health.ended(scraper, outcome) && !this.#lifetime.signal.aborted) {
      this.#host?.report(this.#health.status())
    }
  }
}
