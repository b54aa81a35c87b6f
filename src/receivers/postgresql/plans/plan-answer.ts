import type { QueryError } from '../query-error.ts'
import { sqlState } from '../sqlstate.ts'
import { absent, isAbsenceReason, type PlanAbsence } from './plan-absence.ts'

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
