import type { Clock } from '../../../component/clock.ts'
import { deadline } from '../../../scraper/deadline.ts'
import type { Scraper, Sink } from '../../../scraper/scraper.ts'
import { composeQueries } from '../compose/compose.ts'
import { errorCode } from '../connection/sqlstate.ts'
import { nothingKnown } from '../server/capabilities.ts'
import type { DatabaseList } from '../server/database-list.ts'
import type { RunContext } from '../server/read-server-state.ts'
import { unknownState } from '../server/read-server-state.ts'
import { Schedule } from '../server/schedule.ts'
import type { ServerConnection } from '../server/server-connection.ts'
import { QuerySet, type QuerySetSettings } from './query-set.ts'
import { failedWith, partial, runDue } from './run-due.ts'
import { type Failure, QueryRunner } from './runner.ts'
import { needsDatabases, needsNoState, saysWhetherUp, silenceMs } from './vital.ts'

export interface ServerScraperSettings {
  readonly clock: Clock
  readonly connection: ServerConnection
  readonly databases: DatabaseList
  readonly querySet: QuerySetSettings
  readonly intervalMs: number
  /** The scrape's own deadline; 0 for none. */
  readonly timeoutMs: number
}

/** What a scrape needs before it asks queries. */
interface Prepared {
  readonly context: RunContext
  /** Why a query can't be asked now. */
  readonly obstacle: (runner: QueryRunner) => Error | undefined
  /** What failed and is no query. */
  readonly errors: readonly Error[]
}

/** Reads the server's own statistics over the one connection that is kept. */
export class ServerScraper implements Scraper {
  readonly name = 'server'
  readonly #settings: ServerScraperSettings
  readonly #queries: QuerySet
  /** What is asked while nothing is known of the server, and what says that it can't be asked. */
  readonly #vital: readonly QueryRunner[]
  #last = unknownState

  constructor(settings: ServerScraperSettings) {
    this.#settings = settings
    this.#queries = new QuerySet(settings.querySet, 'server')
    this.#vital = vitalRunners(settings.querySet)
  }

  /** Makes everything due. */
  makeDue(): void {
    this.#queries.schedule.clear()
  }

  async scrape(sink: Sink, parent: AbortSignal): Promise<void> {
    const { clock, intervalMs, timeoutMs } = this.#settings
    // Ends before the scrape's own deadline. After that the sink takes nothing, and that the server is silent would be lost.
    using whole = deadline(timeoutMs * 0.9, clock, parent)
    using first = deadline(silenceMs(intervalMs), clock, whole.signal)
    const recordDown = async (runners: readonly QueryRunner[], error: unknown) => {
      // A shutdown says nothing about the server.
      if (parent.aborted) return
      const errorType = first.signal.aborted ? 'timeout' : (errorCode(error) ?? '_OTHER')
      for (const runner of runners) await runner.unreachable(errorType, this.#last.epoch, sink)
    }
    const prepared = await this.#prepare(first.signal).catch(async (error: unknown) => {
      await recordDown(this.#vital, error)
      throw error
    })
    const failures = await this.#run(prepared, sink, first.signal, whole.signal, recordDown)
    parent.throwIfAborted()
    if (failures.length + prepared.errors.length > 0) throw partial(failures, prepared.errors)
  }

  /** @throws the reason for which the server can't be asked anything */
  async #prepare(signal: AbortSignal): Promise<Prepared> {
    const { connection: kept, databases } = this.#settings
    try {
      const server = await kept.readState(signal)
      const { connection, serverState } = server
      this.#last = serverState
      const found = await databases.read(server, signal)
      await this.#queries.refresh(connection, serverState, signal)
      this.#logAbsences()
      const oids = found?.monitored.map(({ oid }) => oid) ?? []
      return {
        context: { connection, serverState, databases: oids, excluded: found?.excluded ?? '' },
        obstacle: (runner) => (found === undefined && needsDatabases(runner) ? databases.error : undefined),
        errors: [kept.grantsError, databases.error, this.#queries.error].filter((error) => error !== undefined),
      }
    } catch (error) {
      const { connection } = kept
      signal.throwIfAborted()
      if (connection === undefined || !(error instanceof Error)) throw error
      const context = { connection, serverState: this.#last, databases: [], excluded: '' }
      return { context, obstacle: (runner) => (needsNoState(runner) ? undefined : error), errors: [error] }
    }
  }

  #logAbsences(): void {
    const omissions = this.#queries.absences.map((one) => ({ ...one, ordinary: false, isLocal: true }) as const)
    this.#settings.querySet.omitted(omissions, 'server')
  }

  /** First what says whether the server is up, then the rest. Returns what failed, or isn't tried again yet. */
  async #run(
    { context, obstacle }: Prepared,
    sink: Sink,
    first: AbortSignal,
    whole: AbortSignal,
    recordDown: (runners: readonly QueryRunner[], error: unknown) => Promise<void>,
  ): Promise<Failure[]> {
    const { clock, intervalMs } = this.#settings
    const { isComposed } = this.#queries
    const due = isComposed ? this.#queries.due(clock.now(), intervalMs / 2) : this.#vital
    const schedule = isComposed ? this.#queries.schedule : new Schedule()
    const failures = this.#queries.backingOff(clock.now(), intervalMs / 2)
    for (const runner of due) failures.push(...failedFor(obstacle(runner), runner))
    const free = due.filter((runner) => obstacle(runner) === undefined)
    const vital = free.filter(saysWhetherUp)
    const others = free.filter((runner) => !saysWhetherUp(runner))
    const lost = await runDue(vital, { schedule }, context, clock, sink, first)
    failures.push(...lost)
    for (const { runner, error } of failures) await recordDown([runner], error)
    const isOver = first.aborted || context.connection.closed
    const why = lost.at(-1)?.error ?? new Error('the connection is closed')
    failures.push(
      ...(isOver ? failedWith(why, others) : await runDue(others, { schedule }, context, clock, sink, whole)),
    )
    return failures
  }
}

function failedFor(error: Error | undefined, runner: QueryRunner): Failure[] {
  return error === undefined ? [] : failedWith(error, [runner])
}

/** Runners of the queries that record something for a server that can't be asked. They need nothing of it. */
function vitalRunners({ compose, runner }: QuerySetSettings): QueryRunner[] {
  const { queries } = composeQueries(compose, 'server', nothingKnown)
  return queries
    .map((query) => new QueryRunner({ ...runner, query, origin: 'server' }))
    .filter((one) => saysWhetherUp(one))
}
