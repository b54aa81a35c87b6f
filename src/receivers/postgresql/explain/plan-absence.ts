import type { QueryError } from '../connection/query-error.ts'
import { sqlState } from '../connection/sqlstate.ts'
/** Why a statement has no plan. `transient` ones are tried again with the next interval, the others when the TTL is over. */
export const absences = {
  calls_function: { transient: false, brief: 'planning it may run a function that is not of the system' },
  connection_lost: { transient: false, brief: 'the connection ended while the server planned it' },
  denied: { transient: false, brief: 'the role may not read its relations' },
  foreign_table: { transient: false, brief: 'planning it may ask another server' },
  function_refused: { transient: false, brief: 'the function that explains is not as it must be' },
  pooled: { transient: false, brief: 'a pooler gives each transaction another session' },
  not_allowed: { transient: false, brief: 'planning it may reach an object that is not on the list' },
  postponed: { transient: true, brief: 'as many as one interval allows were asked for' },
  rejected: { transient: false, brief: 'the server refuses to prepare it' },
  several_statements: { transient: false, brief: 'its text holds a semicolon' },
  timed_out: { transient: false, brief: 'planning it takes too long, or waits for a lock' },
  too_large: { transient: false, brief: 'its plan is too large' },
  too_long: { transient: false, brief: 'its text is too long' },
  too_many_relations: { transient: false, brief: 'it reaches more relations, partitions and indexes than is allowed' },
  unreachable: { transient: true, brief: 'the database could not be reached or asked' },
  unreadable: { transient: false, brief: 'its text or its plan could not be read' },
  unsafe_role: { transient: false, brief: 'the role may do too much' },
  unsupported_statement: { transient: false, brief: 'statements of its kind have no plan' },
} as const satisfies Record<string, { readonly transient: boolean; readonly brief: string }>

export type AbsenceReason = keyof typeof absences

export interface PlanAbsence {
  readonly kind: 'absent'
  readonly reason: AbsenceReason
  /** What was found, without values of the user's: a function, a role, an SQLSTATE. */
  readonly detail?: string
}

export function absent(reason: AbsenceReason, detail?: string): PlanAbsence {
  return { kind: 'absent', reason, ...(detail === undefined ? {} : { detail }) }
}

export function isAbsenceReason(text: string): text is AbsenceReason {
  return Object.hasOwn(absences, text)
}

/** What EXPLAIN (FORMAT JSON) printed, literals and all. */
export interface RawPlan {
  readonly kind: 'raw'
  readonly json: string
}

/** EXPLAIN prints an array; the function's own refusal is an object. */
export function planOrRefusal(json: string): RawPlan | PlanAbsence {
  if (json.startsWith('[')) return { kind: 'raw', json }
  const refusal: unknown = JSON.parse(json)
  if (typeof refusal !== 'object' || refusal === null) return absent('unreadable')
  const reason: unknown = Reflect.get(refusal, 'refused')
  const detail: unknown = Reflect.get(refusal, 'detail')
  if (typeof reason !== 'string' || !isAbsenceReason(reason)) return absent('unreadable')
  return absent(reason, typeof detail === 'string' ? detail : undefined)
}

/**
 * The error's message is left out: it may quote the statement.
 * @param lost whether the connection ended with it
 */
export function absenceOf({ code }: QueryError, lost: boolean): PlanAbsence {
  if (code === 'too_large') return absent('too_large')
  if (lost) return absent('connection_lost', code)
  if (code === sqlState.insufficientPrivilege) return absent('denied', 'the role may not explain a statement')
  if (code === sqlState.queryCanceled || code === sqlState.lockNotAvailable) return absent('timed_out', code)
  return absent('rejected', code)
}
