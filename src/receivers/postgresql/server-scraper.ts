import { PartialScrapeError } from '../../scraper/partial-scrape-error.ts'
import type { Scraper, Sink } from '../../scraper/scraper.ts'
import { DatabasePlan, type DatabasePlanSettings } from './database-plan.ts'
import { type Discovery, type DiscoverySettings, discover } from './discovery.ts'
import type { Observation } from './observation.ts'
import { composePlan } from './plan.ts'
import { QueryRunner } from './query-runner.ts'
import { type Failure, type RunDueSettings, runDue } from './run-due.ts'
import type { ServerConnection } from './server-connection.ts'
import { errorCode } from './sqlstate.ts'

export interface ServerScraperSettings extends RunDueSettings {
  readonly connection: ServerConnection
  readonly discovery: DiscoverySettings
  readonly discovered: (discovery: Discovery) => void
  readonly plan: DatabasePlanSettings
  readonly slackMs: number
}

const server = { oid: '', name: '' }
const noEpoch: Observation['epoch'] = { server: '', witnesses: [] }

/** Reads the server's own statistics over the one session that is kept. */
export class ServerScraper implements Scraper {
  readonly name = 'server'
  readonly #settings: ServerScraperSettings
  readonly #plan: DatabasePlan
  /** What is recorded while the server can't be asked; known before it ever could be. */
  readonly #unreachable: readonly QueryRunner[]
  #lastEpoch = noEpoch

  constructor(settings: ServerScraperSettings) {
    this.#settings = settings
    this.#plan = new DatabasePlan(settings.plan, server)
    this.#unreachable = unreachableRunners(settings.plan)
  }

  /** Makes everything due. */
  hurry(): void {
    this.#plan.schedule.clear()
  }

  async scrape(sink: Sink, signal: AbortSignal): Promise<void> {
    const { connection, clock, slackMs } = this.#settings
    let failures: Failure[]
    try {
      const { session, observation } = await connection.observe(signal)
      this.#lastEpoch = observation.epoch
      const discovery = await discover(session, this.#settings.discovery, signal)
      this.#settings.discovered(discovery)
      await this.#plan.refresh(session, observation, signal)
      const context = {
        session,
        observation,
        databases: discovery.monitored.map(({ oid }) => oid),
        left: discovery.left,
      }
      const due = this.#plan.due(clock.now(), slackMs)
      failures = await runDue(due, this.#plan, server, context, this.#settings, sink, signal)
    } catch (error) {
      await this.#recordUnreachable(this.#unreachable, error, sink, signal)
      throw error
    }
    if (failures.length === 0) return
    for (const { runner, error } of failures) await this.#recordUnreachable([runner], error, sink, signal)
    throw partial(failures)
  }

  async #recordUnreachable(runners: readonly QueryRunner[], error: unknown, sink: Sink, signal: AbortSignal) {
    // A shutdown says nothing about the server; a scrape's own deadline does.
    if (signal.aborted && !isTimeout(signal.reason)) return
    const errorType = signal.aborted || isTimeout(error) ? 'timeout' : (errorCode(error) ?? '_OTHER')
    for (const runner of runners) await runner.unreachable(errorType, this.#lastEpoch, sink)
  }
}

export function partial(failures: readonly Failure[]): PartialScrapeError {
  const missing = failures.reduce((sum, { runner }) => sum + runner.query.points.length, 0)
  return new PartialScrapeError(
    missing,
    failures.map(({ error }) => error),
  )
}

/** Runners of the queries that have something to say about a server that can't be asked. */
function unreachableRunners({ plan, runner }: DatabasePlanSettings): QueryRunner[] {
  const nothing = { server: [0], role: 'primary', userName: '', extensions: new Map(), privileges: new Map() } as const
  const { queries } = composePlan(plan, 'server', nothing)
  return queries
    .filter(({ points }) => points.some(({ unreachable }) => unreachable !== undefined))
    .map((query) => new QueryRunner({ ...runner, query, database: server }))
}

function isTimeout(reason: unknown): boolean {
  return reason instanceof Error && reason.name === 'TimeoutError'
}
