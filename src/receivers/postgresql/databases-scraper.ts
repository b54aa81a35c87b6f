import type { Clock } from '../../component/clock.ts'
import type { Scraper, Sink } from '../../scraper/scraper.ts'
import type { Connector } from './connector.ts'
import { DatabasePlan, type DatabasePlanSettings } from './database-plan.ts'
import { type Database, type DiscoverySettings, discover } from './discovery.ts'
import { observer } from './observation.ts'
import type { Absence, Failure, QueryRunner } from './query-runner.ts'
import { partial, runDue } from './run-due.ts'
import { Schedule } from './schedule.ts'
import type { ServerConnection } from './server-connection.ts'

export interface DatabasesScraperSettings {
  readonly clock: Clock
  readonly connection: ServerConnection
  readonly connector: Connector
  readonly discovery: DiscoverySettings
  readonly plan: DatabasePlanSettings
  readonly slackMs: number
}

/** Every database of the server during the last scrape, at whose end those of other oids had nothing to count. */
interface Census extends Absence {
  readonly oids: ReadonlySet<string>
}

/**
 * Visits the monitored databases one after the other, on the receiver's one lane: connect, ask what is due, leave at
 * once, so that nobody's DROP DATABASE waits. Queries that may wait for locks get a session of their own.
 */
export class DatabasesScraper implements Scraper {
  readonly name = 'databases'
  readonly #settings: DatabasesScraperSettings
  readonly #plans = new Map<string, { readonly name: string; readonly plan: DatabasePlan }>()
  readonly #visits = new Schedule()
  #census: Census | undefined

  constructor(settings: DatabasesScraperSettings) {
    this.#settings = settings
  }

  /** Makes everything due. */
  hurry(): void {
    this.#visits.clear()
    for (const { plan } of this.#plans.values()) plan.schedule.clear()
  }

  async scrape(sink: Sink, signal: AbortSignal): Promise<void> {
    const { connection, clock } = this.#settings
    const { session, observation } = await connection.observe(signal)
    const { monitored, left } = await discover(session, this.#settings.discovery, signal)
    try {
      await this.#visitAll(monitored, sink, signal)
    } finally {
      const oids = new Set([...monitored.map(({ oid }) => oid), ...left.split(',')])
      // Not earlier: until now a database of the same name may have been visited that is dropped by then.
      this.#census = { oids, timeMs: clock.now(), epoch: observation.epoch }
    }
  }

  async #visitAll(monitored: readonly Database[], sink: Sink, signal: AbortSignal): Promise<void> {
    const { clock, slackMs } = this.#settings
    this.#forget(new Set(monitored.map(({ oid }) => oid)))
    const candidates = monitored.map((database) => ({ database, name: database.oid, intervalMs: 0 }))
    // What failed and isn't tried again yet is missing all the same.
    const unvisited = this.#visits.heldBack(candidates, clock.now(), slackMs).map(([, error]) => error)
    const failures: Failure[] = []
    for (const { database } of this.#visits.due(candidates, clock.now(), slackMs)) {
      const plan = this.#planOf(database)
      failures.push(...plan.heldBack(clock.now(), slackMs))
      if (!plan.isDue(clock.now(), slackMs)) continue
      this.#visits.started(database.oid, clock.now())
      try {
        failures.push(...(await this.#visit(database, plan, sink, signal)))
        this.#visits.succeeded(database.oid)
      } catch (cause) {
        const error = cause instanceof Error ? cause : new Error(String(cause))
        this.#visits.failed(database.oid, error, clock.now())
        unvisited.push(error)
      }
      signal.throwIfAborted()
    }
    if (failures.length > 0 || unvisited.length > 0) throw partial(failures, unvisited)
  }

  async #visit(database: Database, plan: DatabasePlan, sink: Sink, signal: AbortSignal): Promise<Failure[]> {
    const { clock, slackMs } = this.#settings
    let locking: QueryRunner[] = []
    const failures = await this.#stay(database, plan, sink, signal, () => {
      const due = plan.due(clock.now(), slackMs)
      locking = due.filter(({ query }) => query.takesLocks)
      return due.filter(({ query }) => !query.takesLocks)
    })
    // Its relation cache grows with every relation that it opens, so this session ends with the query.
    if (locking.length > 0) failures.push(...(await this.#stay(database, plan, sink, signal, () => locking)))
    return failures
  }

  async #stay(
    database: Database,
    plan: DatabasePlan,
    sink: Sink,
    signal: AbortSignal,
    choose: () => readonly QueryRunner[],
  ): Promise<Failure[]> {
    const session = await this.#settings.connector.connect(database.name, signal)
    try {
      const observe = await observer(session, this.#settings.clock, signal)
      const observation = await observe(signal)
      await plan.refresh(session, observation, signal)
      const context = { session, observation, databases: [], left: '' }
      return await runDue(choose(), plan, context, this.#settings.clock, sink, signal)
    } finally {
      await session.close()
    }
  }

  #planOf(database: Database): DatabasePlan {
    const known = this.#plans.get(database.oid)
    // A renamed database has other labels on everything.
    if (known?.name === database.name) return known.plan
    const isNew = this.#census?.oids.has(database.oid) === false
    const plan = new DatabasePlan(this.#settings.plan, database, isNew ? this.#census : undefined)
    this.#plans.set(database.oid, { name: database.name, plan })
    return plan
  }

  #forget(present: ReadonlySet<string>): void {
    this.#visits.keep(present)
    for (const oid of this.#plans.keys()) {
      if (!present.has(oid)) this.#plans.delete(oid)
    }
  }
}
