import type { Clock } from '../../../component/clock.ts'
import type { Scraper, Sink } from '../../../scraper/scraper.ts'
import type { Connection } from '../connection/connection.ts'
import type { Connector } from '../connection/connector.ts'
import type { DatabaseList } from '../server/database-list.ts'
import { type Database, isReachable } from '../server/discovery.ts'
import type { GrantsReader } from '../server/grants.ts'
import type { RunContext } from '../server/read-server-state.ts'
import { stateReader } from '../server/read-server-state.ts'
import { Retry } from '../server/retry.ts'
import { Schedule } from '../server/schedule.ts'
import type { ServerConnection } from '../server/server-connection.ts'
import { QuerySet, type QuerySetSettings } from './query-set.ts'
import { failedWith, partial, runDue } from './run-due.ts'
import type { Absence, Failure, QueryRunner } from './runner.ts'

export interface DatabasesScraperSettings {
  readonly clock: Clock
  readonly connection: ServerConnection
  readonly connector: Connector
  readonly databases: DatabaseList
  readonly querySet: QuerySetSettings
  readonly intervalMs: number
}

/** What is kept of one database from visit to visit. */
interface Known {
  readonly name: string
  readonly querySet: QuerySet
  readonly grants: GrantsReader
  /** When it is visited again after its state couldn't be read. */
  readonly retry: Retry
}

/** Every database of the server at the end of the last scrape: one with another oid has counted nothing until then. */
interface Census extends Absence {
  readonly oids: ReadonlySet<string>
}

/**
 * Visits the monitored databases one after the other: connect, ask what is due, leave at once, so that nobody's DROP
 * DATABASE waits. Queries that may wait for locks get a connection of their own.
 */
export class DatabasesScraper implements Scraper {
  readonly name = 'databases'
  readonly #settings: DatabasesScraperSettings
  readonly #known = new Map<string, Known>()
  /** When databases that can't be connected to are tried again. */
  readonly #connections = new Schedule()
  #census: Census | undefined

  constructor(settings: DatabasesScraperSettings) {
    this.#settings = settings
  }

  /** Makes everything due. */
  makeDue(): void {
    this.#connections.clear()
    for (const { querySet, retry } of this.#known.values()) {
      querySet.schedule.clear()
      retry.succeeded()
    }
  }

  async scrape(sink: Sink, signal: AbortSignal): Promise<void> {
    const { connection, databases, clock } = this.#settings
    const server = await connection.readState(signal).catch((error: unknown) => {
      // Visits have connections of their own: the kept one may fail where they don't.
      if (signal.aborted || connection.connection === undefined) throw error
      return undefined
    })
    const found = server === undefined ? databases.last : await databases.read(server, signal)
    // The server's scraper says why there is none.
    if (found === undefined) return
    try {
      await this.#visitAll(found.monitored, sink, signal)
    } finally {
      const oids = new Set([...found.monitored.map(({ oid }) => oid), ...found.excluded.split(',')])
      // Only now: a database that was dropped and created again during the visits must not count as known.
      if (server !== undefined && databases.error === undefined) {
        this.#census = { oids, timeMs: clock.now(), epoch: server.serverState.epoch }
      }
    }
  }

  async #visitAll(monitored: readonly Database[], sink: Sink, signal: AbortSignal): Promise<void> {
    const { clock } = this.#settings
    this.#forget(new Set(monitored.map(({ oid }) => oid)))
    const candidates = monitored
      .filter(isReachable)
      .map((database) => ({ database, name: database.oid, intervalMs: 0 }))
    // What failed and isn't tried again yet is missing from this scrape, so the scrape is partial.
    const errors = this.#connections.backingOff(candidates, clock.now(), this.#slackMs).map(([, error]) => error)
    const failures: Failure[] = []
    for (const { database } of this.#connections.due(candidates, clock.now(), this.#slackMs)) {
      const known = this.#knownOf(database)
      failures.push(...known.querySet.backingOff(clock.now(), this.#slackMs))
      if (!known.querySet.isDue(clock.now(), this.#slackMs)) continue
      try {
        failures.push(...(await this.#visit(database, known, sink, signal)))
        if (known.querySet.error !== undefined) errors.push(known.querySet.error)
      } catch (cause) {
        errors.push(errorOf(cause))
      }
      signal.throwIfAborted()
    }
    this.#logAbsences(monitored)
    if (failures.length + errors.length > 0) throw partial(failures, errors)
  }

  /** Logs what no database has. One database without a table is ordinary. */
  #logAbsences(monitored: readonly Database[]): void {
    const sets = monitored.flatMap(({ oid }) => this.#known.get(oid)?.querySet ?? [])
    if (sets.length < monitored.length || sets.some(({ isComposed }) => !isComposed)) return
    const [first, ...others] = sets.map(({ absences }) => absences)
    const everywhere = (first ?? []).filter(({ metric, reason }) =>
      others.every((absences) => absences.some((other) => other.metric === metric && other.reason === reason)),
    )
    const omissions = everywhere.map((one) => ({
      ...one,
      ordinary: false,
      reason: `${one.reason} in any watched database`,
    }))
    this.#settings.querySet.omitted(omissions, 'server')
  }

  /** @throws when the database can't be connected to, or its state not be read */
  async #visit(database: Database, known: Known, sink: Sink, signal: AbortSignal): Promise<Failure[]> {
    const { clock } = this.#settings
    const { querySet, retry } = known
    if (retry.obstacle !== undefined) throw retry.obstacle
    const first = await this.#connect(database, signal)
    let due: readonly QueryRunner[] = []
    const failures = await closing(first, async () => {
      const context = await contextOf(first, known, clock, signal).catch((cause: unknown) => {
        if (!signal.aborted) retry.failed(errorOf(cause))
        throw cause
      })
      retry.succeeded()
      due = querySet.due(clock.now(), this.#slackMs)
      const free = due.filter(({ query }) => !query.takesLocks)
      return runDue(free, querySet, context, clock, sink, signal)
    })
    const locking = due.filter(({ query }) => query.takesLocks)
    // Its relation cache grows with every relation that it opens, so this connection ends with the query.
    return [...failures, ...(await this.#visitForLocks(database, known, locking, sink, signal))]
  }

  /** Failures here concern these queries only: the others have been asked. */
  async #visitForLocks(
    database: Database,
    known: Known,
    locking: readonly QueryRunner[],
    sink: Sink,
    signal: AbortSignal,
  ): Promise<Failure[]> {
    if (locking.length === 0) return []
    const { clock } = this.#settings
    try {
      const own = await this.#connect(database, signal)
      return await closing(own, async () => {
        const context = await contextOf(own, known, clock, signal)
        return runDue(locking, known.querySet, context, clock, sink, signal)
      })
    } catch (cause) {
      signal.throwIfAborted()
      const error = errorOf(cause)
      for (const { query } of locking) {
        known.querySet.schedule.started(query.name, clock.now())
        known.querySet.schedule.failed(query.name, error, clock.now())
      }
      return failedWith(error, locking)
    }
  }

  async #connect(database: Database, signal: AbortSignal): Promise<Connection> {
    const { connector, clock } = this.#settings
    this.#connections.started(database.oid, clock.now())
    try {
      const connection = await connector.connect(database.name, signal)
      this.#connections.succeeded(database.oid)
      return connection
    } catch (error) {
      if (!signal.aborted) this.#connections.failed(database.oid, errorOf(error), clock.now())
      throw error
    }
  }

  #knownOf(database: Database): Known {
    const before = this.#known.get(database.oid)
    // A renamed database has other labels on all its series.
    if (before?.name === database.name) return before
    const { connection, querySet: settings, clock, intervalMs } = this.#settings
    const isNew = this.#census?.oids.has(database.oid) === false
    const known = {
      name: database.name,
      querySet: new QuerySet(settings, database, isNew ? this.#census : undefined),
      grants: connection.grantsReader(),
      retry: Retry.eachInterval(clock, intervalMs),
    }
    this.#known.set(database.oid, known)
    return known
  }

  #forget(present: ReadonlySet<string>): void {
    this.#connections.keep(present)
    for (const oid of this.#known.keys()) {
      if (!present.has(oid)) this.#known.delete(oid)
    }
  }

  get #slackMs(): number {
    return this.#settings.intervalMs / 2
  }
}

/** Reads the state that the queries go by, and composes them anew where it has changed. */
async function contextOf(
  connection: Connection,
  { querySet, grants }: Known,
  clock: Clock,
  signal: AbortSignal,
): Promise<RunContext> {
  const serverState = await stateReader(connection, grants, clock)(signal)
  await querySet.refresh(connection, serverState, signal)
  return { connection, serverState, databases: [], excluded: '' }
}

async function closing<T>(connection: Connection, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } finally {
    await connection.close()
  }
}

function errorOf(cause: unknown): Error {
  return cause instanceof Error ? cause : new Error(String(cause))
}
