import type { Clock } from '../../component/clock.ts'
import { type Deadline, deadline } from '../../scraper/deadline.ts'
import type { Scraper, Sink } from '../../scraper/scraper.ts'
import { DatabasePlan, type DatabasePlanSettings } from './database-plan.ts'
import { type Discovery, type DiscoverySettings, discover } from './discovery.ts'
import type { Observation } from './observation.ts'
import { composePlan } from './plan.ts'
import { QueryRunner, type RunContext } from './query-runner.ts'
import { partial, runDue } from './run-due.ts'
import type { ServerConnection } from './server-connection.ts'
import { errorCode } from './sqlstate.ts'

export interface ServerScraperSettings {
  readonly clock: Clock
  readonly connection: ServerConnection
  readonly discovery: DiscoverySettings
  readonly discovered: (discovery: Discovery) => void
  readonly plan: DatabasePlanSettings
  readonly slackMs: number
  /** The scrape's own deadline; 0 for none. */
  readonly timeoutMs: number
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

  async scrape(sink: Sink, parent: AbortSignal): Promise<void> {
    const { clock, slackMs, timeoutMs } = this.#settings
    // Ends before the scrape's own deadline, after which the sink takes nothing: that the server is silent must get out.
    using limit = deadline(timeoutMs * 0.9, clock, parent)
    const { signal } = limit
    let context: RunContext
    try {
      context = await this.#prepare(signal)
    } catch (error) {
      await this.#recordUnreachable(this.#unreachable, error, sink, limit, parent)
      throw error
    }
    // What failed and isn't tried again yet is missing all the same.
    const failures = this.#plan.heldBack(clock.now(), slackMs)
    const due = this.#plan.due(clock.now(), slackMs)
    failures.push(...(await runDue(due, this.#plan, context, clock, sink, signal)))
    for (const { runner, error } of failures) await this.#recordUnreachable([runner], error, sink, limit, parent)
    parent.throwIfAborted()
    if (failures.length > 0) throw partial(failures)
  }

  async #prepare(signal: AbortSignal): Promise<RunContext> {
    const { connection, discovery: settings, discovered } = this.#settings
    const { session, observation } = await connection.observe(signal)
    this.#lastEpoch = observation.epoch
    const discovery = await discover(session, settings, signal)
    discovered(discovery)
    await this.#plan.refresh(session, observation, signal)
    const databases = discovery.monitored.map(({ oid }) => oid)
    return { session, observation, databases, left: discovery.left }
  }

  async #recordUnreachable(
    runners: readonly QueryRunner[],
    error: unknown,
    sink: Sink,
    { signal }: Deadline,
    parent: AbortSignal,
  ): Promise<void> {
    // A shutdown says nothing about the server.
    if (parent.aborted) return
    const errorType = signal.aborted ? 'timeout' : (errorCode(error) ?? '_OTHER')
    for (const runner of runners) await runner.unreachable(errorType, this.#lastEpoch, sink)
  }
}

/** Runners of the queries that have something to say about a server that can't be asked. */
function unreachableRunners({ plan, runner }: DatabasePlanSettings): QueryRunner[] {
  const nothing = { server: [0], role: 'primary', userName: '', extensions: new Map(), privileges: new Map() } as const
  const { queries } = composePlan(plan, 'server', nothing)
  return queries
    .filter(({ points }) => points.some(({ unreachable }) => unreachable !== undefined))
    .map((query) => new QueryRunner({ ...runner, query, database: server }))
}
