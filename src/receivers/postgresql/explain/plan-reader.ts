import type { Clock } from '../../../component/clock.ts'
import type { StatementTexts } from '../../../sql-text/pool/statement-texts.ts'
import type { Connector } from '../connection/connector.ts'
import { QueryError } from '../connection/query-error.ts'
import type { PostgresqlConfig } from '../settings/config.ts'
import type { ExplainedStatement } from '../statements/explain-candidate.ts'
import { ExplainVisit } from './explain-visit.ts'
import { type Explainable, explainable } from './explainable.ts'
import { type AbsenceReason, absences, absent, type PlanAbsence } from './plan-absence.ts'
import { parsePlan } from './plan-tree.ts'
import { type QueryPlan, queryPlan } from './query-plan.ts'
import { fragmentsOf, redactPlan } from './redact-plan.ts'

export interface PlanOutcome {
  readonly statement: ExplainedStatement
  readonly outcome: QueryPlan | PlanAbsence
}

export interface PlanReaderSettings {
  readonly config: PostgresqlConfig['plans']
  readonly connector: Connector
  readonly clock: Clock
  readonly texts: Pick<StatementTexts, 'redact'>
  /** Called once for each outcome. */
  readonly counted: (outcome: 'plan' | AbsenceReason) => void
  /** Called for each statement without a plan. */
  readonly absent: (absence: PlanAbsence, database: string) => void
}

interface Candidate {
  readonly statement: ExplainedStatement
  readonly explainable: Explainable
}

/** Asks the server for the plans of statements, within limits, and remembers them. */
export class PlanReader {
  readonly #settings: PlanReaderSettings
  readonly #memory = new PlanMemory()

  constructor(settings: PlanReaderSettings) {
    this.#settings = settings
  }

  /**
   * Gives an outcome for each statement of which nothing fresh is known; nothing for the others.
   * @param statements the most expensive first
   * @throws the signal's reason when it aborts, nothing else
   */
  async read(statements: readonly ExplainedStatement[], signal: AbortSignal): Promise<readonly PlanOutcome[]> {
    const { config, clock } = this.#settings
    if (!config.enabled) return []
    const unknown = new Map(statements.map((statement) => [keyOf(statement), statement] as const))
    const outcomes: PlanOutcome[] = []
    const candidates: Candidate[] = []
    for (const [key, statement] of unknown) {
      if (this.#memory.isFresh(key, clock.now())) continue
      const checked = explainable(statement.text)
      if (checked.kind === 'absent') outcomes.push({ statement, outcome: checked })
      else if (candidates.length < config.max_per_interval) candidates.push({ statement, explainable: checked })
      else outcomes.push({ statement, outcome: absent('postponed') })
    }
    const byDatabase = Map.groupBy(candidates, ({ statement }) => statement.databaseName)
    for (const [name, group] of byDatabase) outcomes.push(...(await this.#visit(name, group, signal)))
    for (const each of outcomes) this.#keep(each)
    return outcomes
  }

  /** One outcome for each; when the connection is lost, the rest are unreachable. */
  async #visit(database: string, candidates: readonly Candidate[], signal: AbortSignal): Promise<PlanOutcome[]> {
    const { connector, config } = this.#settings
    const outcomes: PlanOutcome[] = []
    try {
      const connection = await connector.connect(database, signal)
      try {
        const settings = { maxRelations: config.max_relations, function: config.function }
        const visit = await ExplainVisit.begin(connection, settings, signal)
        for (const candidate of candidates) outcomes.push(await this.#plan(visit, candidate, signal))
      } finally {
        await connection.close()
      }
    } catch (error) {
      signal.throwIfAborted()
      const detail = error instanceof QueryError ? error.code : undefined
      const rest = candidates.slice(outcomes.length)
      outcomes.push(...rest.map(({ statement }) => ({ statement, outcome: absent('unreachable', detail) })))
    }
    return outcomes
  }

  /** A plan is short when the next is asked for: a hundred may come in one interval, each of a megabyte. */
  async #plan(visit: ExplainVisit, { statement, explainable }: Candidate, signal: AbortSignal): Promise<PlanOutcome> {
    const raw = await visit.explain(explainable, statement.userName, signal)
    if (raw.kind === 'absent') return { statement, outcome: raw }
    const tree = parsePlan(raw.json)
    if (tree === undefined) return { statement, outcome: absent('unreadable') }
    const fragments = [...new Set(fragmentsOf(tree))]
    const redacted = fragments.length === 0 ? [] : await this.#settings.texts.redact(fragments, signal)
    const clean = new Map(fragments.map((fragment, index) => [fragment, redacted[index]]))
    return { statement, outcome: queryPlan(redactPlan(tree, clean), this.#memory.lastHash(keyOf(statement))) }
  }

  #keep({ statement, outcome }: PlanOutcome): void {
    const { clock, config, counted, absent: log } = this.#settings
    counted(outcome.kind === 'plan' ? 'plan' : outcome.reason)
    if (outcome.kind === 'absent') log(outcome, statement.databaseName)
    if (outcome.kind === 'absent' && absences[outcome.reason].transient) return
    const untilMs = clock.now() + config.cache_ttl
    this.#memory.learn(keyOf(statement), untilMs, outcome.kind === 'plan' ? outcome.hash : undefined)
  }
}

/** Bare names mean something else to another role or in another database. */
function keyOf({ databaseOid, userName, fingerprint }: ExplainedStatement): string {
  return `${databaseOid} ${fingerprint} ${userName}`
}

/** At most so many statements are remembered; the oldest are forgotten, and planned again if they come back. */
const capacity = 5_000

interface Known {
  readonly untilMs: number
  /** Of the last plan that there was. */
  readonly hash: string | undefined
}

/** What is known of statements' plans, and until when it isn't asked again. */
export class PlanMemory {
  readonly #known = new Map<string, Known>()

  isFresh(key: string, nowMs: number): boolean {
    return nowMs < (this.#known.get(key)?.untilMs ?? Number.NEGATIVE_INFINITY)
  }

  lastHash(key: string): string | undefined {
    return this.#known.get(key)?.hash
  }

  /** @param hash `undefined` where there is no plan: the one before is still the last */
  learn(key: string, untilMs: number, hash: string | undefined): void {
    const last = hash ?? this.lastHash(key)
    this.#known.delete(key)
    this.#known.set(key, { untilMs, hash: last })
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= capacity) return
      this.#known.delete(oldest)
    }
  }
}
