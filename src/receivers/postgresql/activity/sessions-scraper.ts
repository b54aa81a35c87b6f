import type { MetricsBuilder } from '../../../../generated/postgresql/metrics.ts'
import type { Clock } from '../../../component/clock.ts'
import type { StatisticsEpoch } from '../../../pdata/reading.ts'
import type { SeriesFactory } from '../../../pdata/series-factory.ts'
import type { Scraper, Sink } from '../../../scraper/scraper.ts'
import type { DatabaseList } from '../server/database-list.ts'
import type { ConnectedServer, ServerConnection } from '../server/server-connection.ts'
import type { LongRunningWatch } from './long-running-watch.ts'
import type { QuerySamples } from './query-samples.ts'
import type { SessionSampler } from './session-sampler.ts'
import type { TrackingWatch } from './tracking-watch.ts'

export interface SessionsScraperSettings {
  readonly factory: SeriesFactory
  readonly connection: Pick<ServerConnection, 'readState' | 'current'>
  readonly databases: Pick<DatabaseList, 'last' | 'read'>
  readonly clock: Clock
  readonly builder: MetricsBuilder
  readonly watch: TrackingWatch
  /** Each is `undefined` where nothing of it is enabled. */
  readonly sampler: SessionSampler | undefined
  readonly longRunning: LongRunningWatch | undefined
  readonly querySamples: QuerySamples | undefined
}

/** The totals are this process's own. Their tokens name the run, so the server's epoch doesn't matter. */
const epoch: StatisticsEpoch = { server: 'session samples', witnesses: [] }

/** Gives what was sampled since the last time, and looks once at the sessions for the other events. */
export class SessionsScraper implements Scraper {
  readonly name = 'sessions'
  readonly #settings: SessionsScraperSettings

  constructor(settings: SessionsScraperSettings) {
    this.#settings = settings
  }

  async scrape(sink: Sink, signal: AbortSignal): Promise<void> {
    const { databases, longRunning, querySamples, watch } = this.#settings
    await this.#giveTotals(sink)
    if (longRunning === undefined && querySamples === undefined) return
    const server = await this.#readState(signal)
    if (!watch.sees(server.serverState)) return
    if (databases.last === undefined) await databases.read(server, signal)
    await longRunning?.scrape(server, sink, signal)
    await querySamples?.scrape(server, sink, signal)
  }

  /** Sessions don't depend on the server's state: they are read also when the state can't be. */
  async #readState(signal: AbortSignal): Promise<ConnectedServer> {
    const { connection } = this.#settings
    try {
      return await connection.readState(signal)
    } catch (error) {
      signal.throwIfAborted()
      if (connection.current === undefined) throw error
      return connection.current
    }
  }

  /** Always a complete result: from the first one on, which is empty, new series count from zero. */
  async #giveTotals(sink: Sink): Promise<void> {
    const { sampler, builder, clock, factory } = this.#settings
    if (sampler === undefined) return
    sampler.record(builder)
    const timeMs = clock.now()
    const query = factory.queryKey('server', 'session_sample')
    await sink.metrics(builder.take({ query, filter: 'all', startedMs: timeMs, timeMs, epoch, completes: true }))
  }
}
