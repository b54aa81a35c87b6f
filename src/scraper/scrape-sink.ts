import type { Consumer } from '../component/consumer.ts'
import type { Batch } from '../pdata/batch.ts'
import type { LogBatch } from '../pdata/log-record.ts'
import { pointsIn } from '../pdata/points-in.ts'
import type { Signal } from '../pdata/signal.ts'
import type { Sink } from './scraper.ts'
import type { ScraperTelemetry } from './scraper-telemetry.ts'

/** A scraper waits while this many data points are on their way into the pipeline. */
const maxOutstanding = 4_000
/** How many data points an item counts for. A log record carries texts of kilobytes. */
const weights = { metrics: 1, logs: 20 } as const satisfies Record<Signal, number>

export interface Refusal {
  /** Data points or log records. */
  readonly items: number
  /** Why the first of them was refused. */
  readonly error: unknown
}

/**
 * The sink of one scrape. A refused batch doesn't fail the scrape: its points or records are counted. Since no baseline
 * has moved the points' increments come again with the next scrape; records are lost.
 */
export class ScrapeSink implements Sink {
  readonly #consumer: Consumer
  readonly #telemetry: ScraperTelemetry
  readonly #signal: AbortSignal
  readonly #consuming = new Set<Promise<void>>()
  readonly #given = { metrics: 0, logs: 0 }
  readonly #refusals = new Map<Signal, Refusal>()
  #outstanding = 0

  constructor(consumer: Consumer, telemetry: ScraperTelemetry, signal: AbortSignal) {
    this.#consumer = consumer
    this.#telemetry = telemetry
    this.#signal = signal
  }

  /** Data points and log records that the scraper gave so far. */
  get given(): Readonly<Record<Signal, number>> {
    return this.#given
  }

  /** What the pipeline could not take so far. */
  get refusals(): ReadonlyMap<Signal, Refusal> {
    return this.#refusals
  }

  /** @throws the signal's reason once the scrape was cancelled or timed out: nothing more is taken then */
  async metrics(batch: Batch): Promise<void> {
    await this.#give('metrics', pointsIn(batch), () => this.#consumer.consume(batch, this.#signal))
  }

  /** @throws the signal's reason once the scrape was cancelled or timed out: nothing more is taken then */
  async logs(batch: LogBatch): Promise<void> {
    await this.#give('logs', batch.records.length, () => this.#consumer.consumeLogs(batch, this.#signal))
  }

  /** Resolves when everything that was given is taken or refused. */
  async settled(): Promise<void> {
    while (this.#consuming.size > 0) await Promise.all(this.#consuming)
  }

  async #give(signal: Signal, items: number, consume: () => Promise<void>): Promise<void> {
    this.#signal.throwIfAborted()
    const weight = items * weights[signal]
    this.#given[signal] += items
    this.#outstanding += weight
    const consuming = this.#consume(signal, items, consume).finally(() => {
      this.#outstanding -= weight
      this.#consuming.delete(consuming)
    })
    this.#consuming.add(consuming)
    while (this.#outstanding >= maxOutstanding) await Promise.race(this.#consuming)
  }

  async #consume(signal: Signal, items: number, consume: () => Promise<void>): Promise<void> {
    try {
      await consume()
      this.#telemetry.accepted(signal, items)
    } catch (error) {
      const before = this.#refusals.get(signal)
      this.#refusals.set(signal, { items: items + (before?.items ?? 0), error: before?.error ?? error })
      this.#telemetry.refused(signal, items)
    }
  }
}
