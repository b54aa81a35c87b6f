import type { Clock } from '../../../component/clock.ts'
import type { StatementTexts } from '../../../sql-text/statement-texts.ts'
import type { Connector } from '../connector.ts'
import { QueryError } from '../query-error.ts'
import { ExplainVisit, type RawPlan } from './explain-visit.ts'
import { type Explainable, explainable } from './explainable.ts'
import { type AbsenceReason, absences, absent, type PlanAbsence } from './plan-absence.ts'
import { PlanMemory } from './plan-memory.ts'
import { type PlanNode, parsePlan } from './plan-tree.ts'
import type { PlansConfig } from './plans-config.ts'
import { type QueryPlan, queryPlan } from './query-plan.ts'
import { fragmentsOf, redactPlan } from './redact-plan.ts'

/** A statement that matters enough for its plan to be looked at. */
export interface PlannedStatement {
  readonly databaseOid: string
  readonly databaseName: string
  readonly queryid: string
  readonly fingerprint: string
  /** As pg_stat_statements has it. */
  readonly text: string
  /** Whose statement it is: its search_path decides what bare names mean. */
  readonly userName: string
}

export interface PlanOutcome {
  readonly statement: PlannedStatement
  readonly outcome: QueryPlan | PlanAbsence
}

export interface PlanReaderSettings {
  readonly config: PlansConfig
  readonly connector: Connector
  readonly clock: Clock
  readonly texts: Pick<StatementTexts, 'redact'>
  /** Called once for each outcome. */
  readonly counted: (outcome: 'plan' | AbsenceReason) => void
  /** Called for each statement without a plan. */
  readonly absent: (absence: PlanAbsence, database: string) => void
}

interface Candidate {
  readonly statement: PlannedStatement
  readonly explainable: Explainable
}

/** Asks the server how it would run the statements that matter, within bounds, and remembers what it said. */
export class PlanReader {
  readonly #settings: PlanReaderSettings
  readonly #memory = new PlanMemory()

  constructor(settings: PlanReaderSettings) {
    this.#settings = settings
  }

  /**
   * Gives an outcome for each statement of which nothing fresh is known; nothing for the others.
   * @param statements the ones that matter most first
   * @throws the signal's reason when it aborts, nothing else
   */
  async read(statements: readonly PlannedStatement[], signal: AbortSignal): Promise<readonly PlanOutcome[]> {
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

  async #visit(database: string, candidates: readonly Candidate[], signal: AbortSignal): Promise<PlanOutcome[]> {
    const raw = await this.#explainAll(database, candidates, signal)
    const parsed = raw.map((each) => (each.kind === 'raw' ? (parsePlan(each.json) ?? absent('unreadable')) : each))
    const clean = await this.#redact(parsed.filter(isTree), signal)
    return candidates.map(({ statement }, index) => {
      const found = parsed[index] ?? absent('unreachable')
      const before = this.#memory.lastHash(keyOf(statement))
      return { statement, outcome: isTree(found) ? queryPlan(redactPlan(found, clean), before) : found }
    })
  }

  /** One outcome for each; when the session is lost, the rest are unreachable. */
  async #explainAll(
    database: string,
    candidates: readonly Candidate[],
    signal: AbortSignal,
  ): Promise<(RawPlan | PlanAbsence)[]> {
    const { connector, config } = this.#settings
    const results: (RawPlan | PlanAbsence)[] = []
    try {
      const session = await connector.connect(database, signal)
      try {
        const visit = await ExplainVisit.begin(
          session,
          { maxRelations: config.max_relations, function: config.function },
          signal,
        )
        for (const { statement, explainable } of candidates) {
          results.push(await visit.explain(explainable, statement.userName, signal))
        }
      } finally {
        await session.close()
      }
    } catch (error) {
      signal.throwIfAborted()
      const detail = error instanceof QueryError ? error.code : undefined
      while (results.length < candidates.length) results.push(absent('unreachable', detail))
    }
    return results
  }

  async #redact(trees: readonly PlanNode[], signal: AbortSignal): Promise<ReadonlyMap<string, string | undefined>> {
    const fragments = [...new Set(trees.flatMap(fragmentsOf))]
    const redacted = fragments.length === 0 ? [] : await this.#settings.texts.redact(fragments, signal)
    return new Map(fragments.map((fragment, index) => [fragment, redacted[index]]))
  }

  #keep({ statement, outcome }: PlanOutcome): void {
    const { clock, config, counted, absent: tell } = this.#settings
    counted(outcome.kind === 'plan' ? 'plan' : outcome.reason)
    if (outcome.kind === 'absent') tell(outcome, statement.databaseName)
    if (outcome.kind === 'absent' && absences[outcome.reason].transient) return
    const untilMs = clock.now() + config.cache_ttl
    this.#memory.learn(keyOf(statement), untilMs, outcome.kind === 'plan' ? outcome.hash : undefined)
  }
}

/** Bare names mean something else to another role or in another database. */
function keyOf({ databaseOid, userName, fingerprint }: PlannedStatement): string {
  return `${databaseOid} ${fingerprint} ${userName}`
}

function isTree(found: PlanNode | PlanAbsence): found is PlanNode {
  return !('kind' in found)
}
