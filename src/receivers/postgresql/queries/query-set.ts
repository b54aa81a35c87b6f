import type { Origin } from '../../../pdata/series-factory.ts'
import { TopRows } from '../../../rows/top-rows.ts'
import { composeQueries } from '../compose/compose.ts'
import type { ComposedQuery, ComposeSettings } from '../compose/composed-query.ts'
import type { Connection } from '../connection/connection.ts'
import { type Capabilities, readCapabilities, type Wanted } from '../server/capabilities.ts'
import type { ServerState } from '../server/read-server-state.ts'
import type { Omission } from '../server/requirements.ts'
import { Retry } from '../server/retry.ts'
import { Schedule } from '../server/schedule.ts'
import type { RowComputer } from './row-computer.ts'
import { type Absence, type Failure, QueryRunner, type QueryRunnerSettings } from './runner.ts'

export interface QuerySetSettings {
  readonly scope: 'server' | 'database'
  readonly compose: ComposeSettings
  readonly wanted: Wanted
  readonly runner: Omit<QueryRunnerSettings, 'query' | 'origin' | 'absent' | 'top' | 'computer'>
  /** What fills in the computed columns, by query. */
  readonly computers?: Readonly<Record<string, RowComputer>>
  /** Called with what isn't collected, each time that the queries are composed. */
  readonly omitted: (omissions: readonly Omission[], origin: Origin) => void
}

/** What is asked of the server or of one database, composed anew when the capabilities change. */
export class QuerySet {
  readonly schedule = new Schedule()
  readonly #settings: QuerySetSettings
  readonly #origin: Origin
  readonly #retry: Retry
  /** Used by the first composing only: what is added later may have existed for long. */
  #absent: Absence | undefined
  #epoch: string | undefined
  #runners: readonly QueryRunner[] = []
  #absences: readonly Omission[] = []
  /** By set: the rows that keep series of their own, however often it is composed. */
  readonly #top = new Map<string, TopRows>()

  /** @param absent when the database was seen not to exist yet, if it was */
  constructor(settings: QuerySetSettings, origin: Origin, absent?: Absence) {
    this.#settings = settings
    this.#origin = origin
    this.#absent = absent
    this.#retry = Retry.eachInterval(settings.runner.clock, settings.compose.collectionIntervalMs)
  }

  /** Whether it was composed at least once. */
  get isComposed(): boolean {
    return this.#epoch !== undefined
  }

  /** What isn't collected because the database doesn't have what it is read from. */
  get absences(): readonly Omission[] {
    return this.#absences
  }

  /** Whether anything is due, as far as that can be known without asking the database. */
  isDue(nowMs: number, slackMs: number): boolean {
    return this.#epoch === undefined || this.due(nowMs, slackMs).length > 0
  }

  /** What is due, those that failed last at the end. */
  due(nowMs: number, slackMs: number): QueryRunner[] {
    return this.schedule.due(this.#scheduled(), nowMs, slackMs).map(({ runner }) => runner)
  }

  /** What failed and isn't tried again yet. */
  backingOff(nowMs: number, slackMs: number): Failure[] {
    const held = this.schedule.backingOff(this.#scheduled(), nowMs, slackMs)
    return held.map(([{ runner }, error]) => ({ runner, error }))
  }

  /** Why it isn't composed for what the server, database and role are now; `undefined` if it is. */
  get error(): Error | undefined {
    return this.#retry.error
  }

  /**
   * Composes the queries, if this isn't the server, database and role that they were composed for. Where that fails they
   * are what they were, and it is tried again later and later.
   * @throws QueryError when nothing was ever composed, or the connection is lost; the signal's reason when aborted
   */
  async refresh(connection: Connection, serverState: ServerState, signal: AbortSignal): Promise<void> {
    if (serverState.capabilityEpoch === this.#epoch) return this.#retry.succeeded()
    try {
      const { obstacle } = this.#retry
      if (obstacle !== undefined) throw obstacle
      const capabilities = await readCapabilities(connection, serverState, this.#settings.wanted, signal)
      this.#retry.succeeded()
      this.#compose(capabilities, serverState.capabilityEpoch)
    } catch (error) {
      signal.throwIfAborted()
      if (connection.closed || !(error instanceof Error)) throw error
      if (error !== this.#retry.obstacle) this.#retry.failed(error)
      if (!this.isComposed) throw error
    }
  }

  #compose(capabilities: Capabilities, epoch: string): void {
    const { scope, compose, runner, omitted } = this.#settings
    const { queries, omissions } = composeQueries(compose, scope, capabilities)
    const kept = new Map(this.#runners.map((one) => [one.query.digest, one]))
    const known = { origin: this.#origin, ...(this.#absent === undefined ? {} : { absent: this.#absent }) }
    const make = (query: ComposedQuery) =>
      new QueryRunner({ ...runner, ...known, query, ...this.#ranking(query, queries) })
    this.#runners = queries.map((query) => kept.get(query.digest) ?? make(query))
    this.#absent = undefined
    this.#epoch = epoch
    this.schedule.keep(new Set(queries.map(({ name }) => name)))
    this.schedule.retryNow()
    this.#absences = omissions.filter(({ isAbsent }) => isAbsent)
    omitted(omissions, this.#origin)
  }

  /** Queries of one set keep the same rows, as many as the largest limit of them. */
  #ranking({ name, top: ranking }: ComposedQuery, queries: readonly ComposedQuery[]) {
    if (ranking === undefined) return {}
    const rows = Math.max(...queries.map((query) => (query.top?.set === ranking.set ? query.top.rows : 1)))
    const top = this.#top.get(ranking.set) ?? new TopRows(rows)
    this.#top.set(ranking.set, top)
    const computer = this.#settings.computers?.[name]
    return { top, ...(computer === undefined ? {} : { computer }) }
  }

  #scheduled() {
    return this.#runners.map((runner) => ({
      runner,
      name: runner.query.name,
      intervalMs: runner.query.intervalMs,
    }))
  }
}
