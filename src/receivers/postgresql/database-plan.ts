import type { Privilege } from '../../metadata/query.ts'
import { readCapabilities } from './capabilities.ts'
import type { Database } from './discovery.ts'
import type { RowComputer } from './fold/row-computer.ts'
import { TopRows } from './fold/top-rows.ts'
import type { Observation } from './observation.ts'
import { composePlan, type Omission, type PlannedQuery, type PlanSettings } from './plan.ts'
import { type Absence, type Failure, QueryRunner, type QueryRunnerSettings } from './query-runner.ts'
import { Schedule } from './schedule.ts'
import type { Session } from './session.ts'

export interface DatabasePlanSettings {
  readonly scope: 'server' | 'database'
  readonly plan: PlanSettings
  readonly privileges: readonly Privilege[]
  readonly runner: Omit<QueryRunnerSettings, 'query' | 'database' | 'absent' | 'top' | 'computer'>
  /** What fills in the computed columns, by query. */
  readonly computers?: Readonly<Record<string, RowComputer>>
  /** Called with what isn't collected, each time that a plan is composed. */
  readonly omitted: (omissions: readonly Omission[], database: Database) => void
}

/** What is asked of one database (or of the server), composed anew when the capability epoch changes. */
export class DatabasePlan {
  readonly schedule = new Schedule()
  readonly #settings: DatabasePlanSettings
  readonly #database: Database
  /** Until the first plan: what a later one adds may have been there for long. */
  #absent: Absence | undefined
  #epoch: string | undefined
  #runners: readonly QueryRunner[] = []
  /** By set: the rows that keep series of their own, whatever is planned anew. */
  readonly #top = new Map<string, TopRows>()

  /** @param absent when the database didn't exist yet, if that was seen */
  constructor(settings: DatabasePlanSettings, database: Database, absent?: Absence) {
    this.#settings = settings
    this.#database = database
    this.#absent = absent
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
  heldBack(nowMs: number, slackMs: number): Failure[] {
    const held = this.schedule.heldBack(this.#scheduled(), nowMs, slackMs)
    return held.map(([{ runner }, error]) => ({ runner, error }))
  }

  /** Composes the plan, if this isn't the server, database and role that it was composed for. */
  async refresh(session: Session, observation: Observation, signal: AbortSignal): Promise<void> {
    if (observation.capabilityEpoch === this.#epoch) return
    const { scope, plan, privileges, runner, omitted } = this.#settings
    const capabilities = await readCapabilities(session, observation, privileges, signal)
    const { queries, omissions } = composePlan(plan, scope, capabilities)
    const kept = new Map(this.#runners.map((one) => [one.query.digest, one]))
    const known = { database: this.#database, ...(this.#absent === undefined ? {} : { absent: this.#absent }) }
    const make = (query: PlannedQuery) =>
      new QueryRunner({ ...runner, ...known, query, ...this.#folding(query, queries) })
    this.#runners = queries.map((query) => kept.get(query.digest) ?? make(query))
    this.#absent = undefined
    this.#epoch = observation.capabilityEpoch
    this.schedule.keep(new Set(queries.map(({ name }) => name)))
    this.schedule.forgive()
    omitted(omissions, this.#database)
  }

  /** Queries of one set share what they keep: as many rows as the most generous of them. */
  #folding({ name, fold }: PlannedQuery, queries: readonly PlannedQuery[]) {
    if (fold === undefined) return {}
    const rows = Math.max(...queries.map((query) => (query.fold?.set === fold.set ? query.fold.rows : 1)))
    const top = this.#top.get(fold.set) ?? new TopRows(rows)
    this.#top.set(fold.set, top)
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
