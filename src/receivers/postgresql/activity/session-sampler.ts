import type { EventsBuilder } from '../../../../generated/postgresql/events.ts'
import type { MetricsBuilder } from '../../../../generated/postgresql/metrics.ts'
import type { Clock } from '../../../component/clock.ts'
import type { Scraper, Sink } from '../../../scraper/scraper.ts'
import type { StatementTexts } from '../../../sql-text/pool/statement-texts.ts'
import { CodeQueries } from '../server/code-queries.ts'
import type { DatabaseList } from '../server/database-list.ts'
import type { Measured } from '../server/measured.ts'
import type { ConnectedServer, ServerConnection } from '../server/server-connection.ts'
import { BlockedTime } from './blocked-time.ts'
import { BlockingEpisodes } from './blocking-episodes.ts'
import { type BlockingTree, blockingForest } from './blocking-forest.ts'
import { giveBlockingEpisodes } from './blocking-records.ts'
import type { GraphPace } from './graph-pace.ts'
import { graphText, type LockGraph, readLockGraph } from './lock-graph.ts'
import { isBlocked, knowsQueryIds, type SessionSample, sampleTextOf, takeSample } from './session-sample.ts'
import { SessionTime, type StatementLabel } from './session-time.ts'
import type { TrackingWatch } from './tracking-watch.ts'

export interface SessionSamplerSettings {
  readonly connection: Pick<ServerConnection, 'current'>
  readonly databases: Pick<DatabaseList, 'names' | 'learn'>
  readonly clock: Clock
  readonly intervalMs: number
  /** Names this run of the sampler: no other run, of this or another process, has the same. */
  readonly run: string
  readonly statementLabel: StatementLabel
  /** Whether sessions are told apart by statement. */
  readonly byStatement: boolean
  /** Whether who blocks whom is asked when somebody waits. */
  readonly blocking: boolean
  /** The metrics and events that are made of samples, and of who blocks whom. */
  readonly affected: { readonly bySample: readonly string[]; readonly byGraph: readonly string[] }
  readonly pace: GraphPace
  readonly events: EventsBuilder
  readonly texts: StatementTexts
  readonly watch: TrackingWatch
  readonly measured: Measured
  /** Called for each sample that is not taken. */
  readonly skipped: (reason: 'busy' | 'too_expensive') => void
}

/** A sample that costs more than this share of the interval puts the next one off until it doesn't. */
const maxCostShare = 0.01
/** A sample counts for at most so many intervals: what happened in a longer gap isn't known. */
const maxIntervals = 2

interface Previous {
  readonly timeMs: number
  readonly costMs: number
}

/**
 * Looks at what all sessions do, over the connection that the server's statistics are read on: once a second, when that
 * is open and isn't busy. Keeps the totals until {@link record} is called; episodes of blocking are events at once.
 */
export class SessionSampler implements Scraper {
  readonly name = 'session_sample'
  readonly intervalMs: number
  readonly #settings: SessionSamplerSettings
  readonly #queries: CodeQueries
  readonly #time: SessionTime
  readonly #blocked: BlockedTime
  readonly #episodes = new BlockingEpisodes()
  #previous: Previous | undefined
  /** Whether the last sample saw somebody wait for a lock. */
  #hasWaiters = false
  #spacingMs: number

  constructor(settings: SessionSamplerSettings) {
    this.intervalMs = settings.intervalMs
    this.#settings = settings
    this.#queries = new CodeQueries(settings.clock, settings.measured)
    this.#time = new SessionTime(settings.run, settings.statementLabel, settings.databases)
    this.#blocked = new BlockedTime(settings.run)
    this.#spacingMs = settings.intervalMs
  }

  /** Records what was counted so far. */
  record(builder: MetricsBuilder): void {
    const nowMs = this.#settings.clock.now()
    this.#time.record(builder, nowMs)
    this.#blocked.record(builder, nowMs)
  }

  async scrape(sink: Sink, signal: AbortSignal): Promise<void> {
    const { connection: server, databases, clock, watch, skipped, byStatement, affected } = this.#settings
    const current = server.current
    // Nobody has connected yet, or the server is away. Another scraper reconnects.
    if (current === undefined || !watch.sees(current.serverState)) return
    const { connection, serverState } = current
    const text = sampleTextOf(connection.versionNumber, { byStatement })
    if (!watch.permits(text, affected.bySample, serverState)) return
    if (connection.busy) return skipped('busy')
    if (this.#isPutOff(clock.now())) return skipped('too_expensive')
    const take = () => takeSample(connection, { byStatement }, signal)
    const sample = await this.#queries.ask('session_sample', connection, signal, take)
    const nowMs = clock.now()
    await databases.learn(
      sample.groups.flatMap(({ databaseOid }) => databaseOid ?? []),
      current,
      signal,
    )
    watch.sampled(sample)
    const seconds = this.#secondsSince(nowMs)
    this.#followCost(sample, nowMs)
    this.#time.add(sample, seconds, nowMs, byStatement && knowsQueryIds(connection.versionNumber))
    if (!this.#settings.blocking) return
    const asksGraph = watch.permits(graphText(connection.versionNumber), affected.byGraph, serverState)
    try {
      if (asksGraph) await this.#followBlocking(sample, current, sink, signal)
    } finally {
      this.#blocked.add(sample, seconds, nowMs, asksGraph)
    }
  }

  #isPutOff(nowMs: number): boolean {
    // Half an interval of slack: a timer may fire a moment early.
    return this.#previous !== undefined && nowMs < this.#previous.timeMs + this.#spacingMs - this.intervalMs / 2
  }

  /** For how long the sample counts. The first one has seen nothing before it. */
  #secondsSince(nowMs: number): number {
    if (this.#previous === undefined) return 0
    return Math.min(nowMs - this.#previous.timeMs, maxIntervals * this.#spacingMs) / 1_000
  }

  #followCost({ costMs }: SessionSample, nowMs: number): void {
    // The lesser of two: a sample that waited for a processor looks more expensive than it is.
    const lesserMs = Math.min(costMs, this.#previous?.costMs ?? costMs)
    this.#spacingMs = Math.max(this.intervalMs, lesserMs / maxCostShare)
    this.#previous = { timeMs: nowMs, costMs }
  }

  async #followBlocking(
    sample: SessionSample,
    current: ConnectedServer,
    sink: Sink,
    signal: AbortSignal,
  ): Promise<void> {
    const { pace, clock } = this.#settings
    const hadWaiters = this.#hasWaiters
    this.#hasWaiters = sample.groups.some(isBlocked)
    if (!this.#hasWaiters) return this.#giveEpisodes([], sink, signal)
    // Most waits are over by the next sample. The graph is asked for only when some last longer.
    if (!hadWaiters || !pace.allows(clock.now())) return
    const graph = await this.#look(current, signal)
    const trees = blockingForest(graph)
    this.#blocked.graph(trees, graph.modes)
    await this.#giveEpisodes(trees, sink, signal)
  }

  async #look({ connection, serverState }: ConnectedServer, signal: AbortSignal): Promise<LockGraph> {
    const { pace, clock, databases } = this.#settings
    const startedMs = clock.now()
    try {
      const read = () => readLockGraph(connection, serverState.databaseOid, databases, signal)
      const graph = await this.#queries.ask('lock_graph', connection, signal, read)
      pace.looked(startedMs, graph.costMs)
      return graph
    } catch (error) {
      pace.looked(startedMs, clock.now() - startedMs)
      throw error
    }
  }

  async #giveEpisodes(trees: readonly BlockingTree[], sink: Sink, signal: AbortSignal): Promise<void> {
    const nowMs = this.#settings.clock.now()
    const news = this.#episodes.see(trees, nowMs)
    if (news.length > 0) await giveBlockingEpisodes(news, nowMs, this.#settings, sink, signal)
  }
}
