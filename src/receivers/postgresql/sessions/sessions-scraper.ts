import type { MetricsBuilder } from '../../../../generated/postgresql/metrics.ts'
import type { Clock } from '../../../component/clock.ts'
import type { StatisticsEpoch } from '../../../pdata/reading.ts'
import type { Scraper, Sink } from '../../../scraper/scraper.ts'
import type { ServerConnection } from '../server-connection.ts'
import type { LongRunningWatch } from './long-running-watch.ts'
import type { QuerySamples } from './query-samples.ts'
import type { SessionSampler } from './session-sampler.ts'
import type { TrackingWatch } from './tracking-watch.ts'

export interface SessionsScraperSettings {
  readonly endpoint: string
  readonly connection: Pick<ServerConnection, 'observe'>
  readonly clock: Clock
  readonly builder: MetricsBuilder
  readonly watch: TrackingWatch
  /** Each is `undefined` where nothing of it is enabled. */
  readonly sampler: SessionSampler | undefined
  readonly longRunning: LongRunningWatch | undefined
  readonly querySamples: QuerySamples | undefined
}

/** The totals are this process's own: their tokens tell one run from another, whatever becomes of the server's statistics. */
const epoch: StatisticsEpoch = { server: 'session samples', witnesses: [] }

/** Gives what was sampled since the last time, and looks once at what the sessions are at. */
export class SessionsScraper implements Scraper {
  readonly name = 'sessions'
  readonly #settings: SessionsScraperSettings

  constructor(settings: SessionsScraperSettings) {
    this.#settings = settings
  }

  async scrape(sink: Sink, signal: AbortSignal): Promise<void> {
    const { connection, longRunning, querySamples, watch } = this.#settings
    await this.#giveTotals(sink)
    if (longRunning === undefined && querySamples === undefined) return
    const { session, observation } = await connection.observe(signal)
    if (!watch.sees(observation)) return
    await longRunning?.scrape(session, sink, signal)
    await querySamples?.scrape(session, sink, signal)
  }

  /** Always complete: the first reading, which is empty, says since when all series count. */
  async #giveTotals(sink: Sink): Promise<void> {
    const { sampler, builder, clock, endpoint } = this.#settings
    if (sampler === undefined) return
    sampler.record(builder)
    const timeMs = clock.now()
    const query = `${endpoint}//session_sample`
    await sink.metrics(builder.take({ query, filter: 'all', startedMs: timeMs, timeMs, epoch, completes: true }))
  }
}
