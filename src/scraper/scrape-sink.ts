import type { Consumer } from '../component/consumer.ts'
import type { Batch } from '../pdata/batch.ts'
import type { Sink } from './scraper.ts'
import type { ScraperTelemetry } from './scraper-telemetry.ts'

/** While fewer points than this are on their way into the pipeline, a scraper goes on reading. */
const maxOutstandingPoints = 4_000

export interface Refusal {
  readonly points: number
  /** Why the first of them was refused. */
  readonly error: unknown
}

/**
 * The sink of one scrape. A refused batch doesn't fail the scrape: its points are counted, and since no baseline has
 * moved their increments come again with the next scrape.
 */
export class ScrapeSink implements Sink {
  readonly #consumer: Consumer
  readonly #telemetry: ScraperTelemetry
  readonly #signal: AbortSignal
  readonly #consuming = new Set<Promise<void>>()
  #outstandingPoints = 0
  #givenPoints = 0
  #refusal: Refusal | undefined

  constructor(consumer: Consumer, telemetry: ScraperTelemetry, signal: AbortSignal) {
    this.#consumer = consumer
    this.#telemetry = telemetry
    this.#signal = signal
  }

  /** Points that the scraper gave so far. */
  get givenPoints(): number {
    return this.#givenPoints
  }

  /** What the pipeline could not take so far. */
  get refusal(): Refusal | undefined {
    return this.#refusal
  }

  /** @throws the signal's reason once the scrape was cancelled or timed out: nothing more is taken then */
  async metrics(batch: Batch): Promise<void> {
    this.#signal.throwIfAborted()
    this.#givenPoints += batch.points.length
    this.#outstandingPoints += batch.points.length
    const consuming = this.#consume(batch).finally(() => {
      this.#outstandingPoints -= batch.points.length
      this.#consuming.delete(consuming)
    })
    this.#consuming.add(consuming)
    while (this.#outstandingPoints >= maxOutstandingPoints) await Promise.race(this.#consuming)
  }

  /** Resolves when everything that was given is taken or refused. */
  async settled(): Promise<void> {
    while (this.#consuming.size > 0) await Promise.all(this.#consuming)
  }

  async #consume(batch: Batch): Promise<void> {
    const points = batch.points.length
    try {
      await this.#consumer.consume(batch, this.#signal)
      this.#telemetry.accepted(points)
    } catch (error) {
      this.#refusal = { points: points + (this.#refusal?.points ?? 0), error: this.#refusal?.error ?? error }
      this.#telemetry.refused(points)
    }
  }
}
