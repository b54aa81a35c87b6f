import { PartialScrapeError } from '../../scraper/partial-scrape-error.ts'
import type { Scraper, Sink } from '../../scraper/scraper.ts'
import type { Connector } from './connector.ts'
import { DatabasePlan, type DatabasePlanSettings } from './database-plan.ts'
import { type Database, type DiscoverySettings, discover } from './discovery.ts'
import { observe } from './observation.ts'
import type { QueryRunner } from './query-runner.ts'
import { type Failure, type RunDueSettings, runDue } from './run-due.ts'
import { Schedule } from './schedule.ts'
import type { ServerConnection } from './server-connection.ts'

export interface DatabasesScraperSettings extends RunDueSettings {
  readonly connection: ServerConnection
  readonly connector: Connector
  readonly discovery: DiscoverySettings
  readonly plan: DatabasePlanSettings
  readonly slackMs: number
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

  constructor(settings: DatabasesScraperSettings) {
    this.#settings = settings
  }

  /** Makes everything due. */
  hurry(): void {
    this.#visits.clear()
    for (const { plan } of this.#plans.values()) plan.schedule.clear()
  }

  async scrape(sink: Sink, signal: AbortSignal): Promise<void> {
    const { connection, clock, slackMs } = this.#settings
    const { session } = await connection.observe(signal)
    const { monitored } = await discover(session, this.#settings.discovery, signal)
    this.#forget(new Set(monitored.map(({ oid }) => oid)))
    const failures: Failure[] = []
    const unvisited: Error[] = []
    const candidates = monitored.map((database) => ({ database, name: database.oid, intervalMs: 0 }))
    for (const { database } of this.#visits.due(candidates, clock.now(), slackMs)) {
      const plan = this.#planOf(database)
      if (!plan.isDue(clock.now(), slackMs)) continue
      this.#visits.started(database.oid, clock.now())
      try {
        failures.push(...(await this.#visit(database, plan, sink, signal)))
        this.#visits.succeeded(database.oid)
      } catch (cause) {
        signal.throwIfAborted()
        const error = cause instanceof Error ? cause : new Error(String(cause))
        this.#visits.failed(database.oid, error, clock.now())
        unvisited.push(error)
      }
    }
    const errors = [...unvisited, ...failures.map(({ error }) => error)]
    const missing = failures.reduce((sum, { runner }) => sum + runner.query.points.length, unvisited.length)
    if (errors.length > 0) throw new PartialScrapeError(missing, errors)
  }

  async #visit(database: Database, plan: DatabasePlan, sink: Sink, signal: AbortSignal): Promise<Failure[]> {
    const { clock, slackMs } = this.#settings
    const failures: Failure[] = []
    let locking: QueryRunner[] = []
    failures.push(
      ...(await this.#stay(database, plan, sink, signal, () => {
        const due = plan.due(clock.now(), slackMs)
        locking = due.filter(({ query }) => query.takesLocks)
        return due.filter(({ query }) => !query.takesLocks)
      })),
    )
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
      const observation = await observe(session, this.#settings.clock, signal)
      await plan.refresh(session, observation, signal)
      const context = { session, observation, databases: [], left: '' }
      return await runDue(choose(), plan, database, context, this.#settings, sink, signal)
    } finally {
      await session.close()
    }
  }

  #planOf(database: Database): DatabasePlan {
    const known = this.#plans.get(database.oid)
    // A renamed database has other labels on everything.
    if (known?.name === database.name) return known.plan
    const plan = new DatabasePlan(this.#settings.plan, database)
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
