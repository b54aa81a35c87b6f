import type { Logger } from '../../../telemetry/logger.ts'
import { budgets, formatBytes } from '../connection/guard/budgets.ts'
import { sqlState } from '../connection/sqlstate.ts'
import type { AbsenceReason, PlanAbsence } from './plan-absence.ts'

const notListed = (found: string) =>
  `No plan of a statement that may reach the ${found}, which isn't on the list of what may be planned ` +
  '(docs/decisions/0010-plans.md); more of the kind are only counted.'

/** What is logged by reason, and how to mend it. */
const messages: Partial<Readonly<Record<AbsenceReason, (found: string) => string | undefined>>> = {
  calls_function: notListed,
  denied: (found) =>
    `No plans: ${found}; grant SELECT on them (for writing statements the right to write as well), ` +
    'or run what `otelephant sql explain-function` prints and set `plans: {function: ...}`.',
  foreign_table: (found) =>
    `No plan of a statement that may reach the foreign table ${found}: planning may ask another server.`,
  function_refused: (found) =>
    `No plans: ${found}; run what \`otelephant sql explain-function\` prints, as a superuser, in that database.`,
  not_allowed: notListed,
  pooled: (found) => `No plans: ${found}; connect past the pooler, or set \`plans: {enabled: false}\`.`,
  // Not where it waits for a lock: that passes.
  timed_out: (found) =>
    found === sqlState.queryCanceled ? 'No plan of a statement that takes more than a second to plan.' : undefined,
  too_large: () =>
    `No plan of a statement whose plan is larger than ${formatBytes(budgets.plan)}: it holds values that the planner made.`,
  unsafe_role: (found) =>
    `No plans: ${found}; connect as a role that has pg_monitor and may read, or set \`plans: {enabled: false}\`.`,
}

/** Logs why there are no plans: each reason once for each database. */
export class PlanNotices {
  readonly #logger: Logger
  readonly #logged = new Set<string>()

  constructor(logger: Logger) {
    this.#logger = logger
  }

  log({ reason, detail = '' }: PlanAbsence, database: string): void {
    const message = messages[reason]?.(detail)
    // These two are the same in every database.
    const key = reason === 'unsafe_role' || reason === 'pooled' ? reason : `${reason} ${database}`
    if (message === undefined || this.#logged.has(key)) return
    this.#logged.add(key)
    this.#logger.warn(message, { database })
  }
}
