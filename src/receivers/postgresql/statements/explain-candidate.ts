import type { StatementName } from './statement-names.ts'

/** A statement that matters enough for its plan to be looked at. */
export interface ExplainedStatement {
  readonly databaseOid: string
  readonly databaseName: string
  readonly queryid: string
  readonly fingerprint: string
  /** As pg_stat_statements has it. */
  readonly text: string
  /** Whose statement it is: its search_path decides what bare names mean. */
  readonly userName: string
}

/** A statement whose plan is worth a look. */
export interface ExplainCandidate {
  readonly statement: ExplainedStatement
  readonly userId: string
  readonly name: StatementName
}
