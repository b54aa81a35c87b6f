import { QueryError } from '../connection/query-error.ts'

/** An answer that can't be the statement's: the connection is out of step, or something answers that isn't PostgreSQL. */
export class MalformedAnswerError extends QueryError {}

export function malformed(statement: string, fault: string): MalformedAnswerError {
  return new MalformedAnswerError(statement, new Error(`the answer can't be this statement's: ${fault}`), 'malformed')
}
