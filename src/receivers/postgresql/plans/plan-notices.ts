import type { Logger } from '../../../telemetry/logger.ts'
import type { AbsenceReason, PlanAbsence } from './plan-absence.ts'

/** What the user can mend, and how. */
const remedies: Partial<Readonly<Record<AbsenceReason, string>>> = {
  denied:
    'grant SELECT on them (for writing statements the right to write as well), ' +
    'or run what `otelephant sql explain-function` prints and set `plans: {function: ...}`',
  function_refused: 'run what `otelephant sql explain-function` prints, as a superuser, in that database',
  pooled: 'connect past the pooler, or set `plans: {enabled: false}`',
  unsafe_role: 'connect as a role that has pg_monitor and may read, or set `plans: {enabled: false}`',
}

/** Tells the user why there are no plans: each thing once, where something can be done about it. */
export class PlanNotices {
  readonly #logger: Logger
  readonly #told = new Set<string>()

  constructor(logger: Logger) {
    this.#logger = logger
  }

  tell({ reason, detail = '' }: PlanAbsence, database: string): void {
    const remedy = remedies[reason]
    // These two are the same in every database.
    const key = reason === 'unsafe_role' || reason === 'pooled' ? reason : `${reason} ${database}`
    if (remedy === undefined || this.#told.has(key)) return
    this.#told.add(key)
    this.#logger.warn(`No plans: ${detail}; ${remedy}.`, { database })
  }
}
