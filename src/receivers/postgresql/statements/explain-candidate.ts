import type { StatementName } from './statement-names.ts'

/** A statement whose plan may be asked for. */
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

/** The statement with what its event says of it. */
export interface ExplainCandidate {
  readonly statement: ExplainedStatement
  readonly userId: string
  readonly name: StatementName
}
