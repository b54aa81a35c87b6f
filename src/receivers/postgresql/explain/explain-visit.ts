import type { Connection, TextRow } from '../connection/connection.ts'
import { budgets } from '../connection/guard/budgets.ts'
import { quoteIdentifier } from '../connection/identifiers.ts'
import { QueryError } from '../connection/query-error.ts'
import { explainedName, marked } from '../server/own-statements.ts'
import { faultOfExplainFunction } from './explain-function-check.ts'
import type { Explainable } from './explainable.ts'
import type { RawPlan } from './plan-absence.ts'
import { absenceOf, absent, isAbsenceReason, type PlanAbsence, planOrRefusal } from './plan-absence.ts'
import { planVerdictSql } from './plan-permission.ts'
import { searchPathOf } from './search-path.ts'
import { unsafeRole } from './unsafe-role.ts'

export interface ExplainVisitSettings {
  readonly maxRelations: number
  /** `schema.name` of the function that explains, for a role that may not read the tables. */
  readonly function: string | undefined
}

/**
 * In force for the transaction. Parallel workers as by default: none are started. No partition is pruned: parameters that
 * are NULL would leave none to see.
 */
const localSettings = `SELECT /* otelephant plan */ set_config('statement_timeout', '1s', true),
  set_config('plan_cache_mode', 'force_generic_plan', true), set_config('max_parallel_workers_per_gather', '2', true),
  set_config('enable_partition_pruning', 'off', true)`

/**
 * One visit to one database, over a connection of its own. Each statement is checked by the catalogs and then planned, in one
 * read-only transaction that is rolled back; nothing is executed.
 */
export class ExplainVisit {
  readonly #connection: Connection
  readonly #settings: ExplainVisitSettings
  readonly #obstacle: PlanAbsence | undefined
  readonly #functionFault: string | undefined

  private constructor(
    connection: Connection,
    settings: ExplainVisitSettings,
    obstacle: PlanAbsence | undefined,
    functionFault: string | undefined,
  ) {
    this.#connection = connection
    this.#settings = settings
    this.#obstacle = obstacle
    this.#functionFault = functionFault
  }

  /** Checks the role, before anything is planned. */
  static async begin(
    connection: Connection,
    settings: ExplainVisitSettings,
    signal: AbortSignal,
  ): Promise<ExplainVisit> {
    const role = await unsafeRole(connection, signal)
    const obstacle = connection.pooled
      ? absent('pooled', 'the connection goes through a pooler')
      : role === undefined
        ? undefined
        : absent('unsafe_role', role)
    const { function: name } = settings
    const fault = name === undefined ? undefined : await faultOfExplainFunction(connection, name, signal)
    return new ExplainVisit(connection, settings, obstacle, fault)
  }

  /**
   * @param userName whose statement it is: its search_path decides what bare names mean
   * @throws QueryError when the connection was lost before; the signal's reason when aborted
   */
  async explain(statement: Explainable, userName: string, signal: AbortSignal): Promise<RawPlan | PlanAbsence> {
    if (this.#obstacle !== undefined) return this.#obstacle
    const throughFunction = this.#settings.function !== undefined && !statement.writes
    if (throughFunction && this.#functionFault !== undefined) return absent('function_refused', this.#functionFault)
    await this.#run('BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY', [], signal)
    try {
      await this.#connection.query('settings of plans', localSettings, [], signal)
      const schemas = await searchPathOf(this.#connection, userName, signal)
      const plan = throughFunction
        ? await this.#callFunction(statement, schemas, signal)
        : await this.#prepareAndExplain(statement, schemas, signal)
      await this.#run('ROLLBACK', [], signal)
      return plan
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof QueryError)) throw error
      if (!this.#connection.closed) await this.#run('ROLLBACK', [], signal)
      return absenceOf(error, this.#connection.closed)
    } finally {
      if (!this.#connection.closed && !signal.aborted) await this.#run('DEALLOCATE ALL', [], signal)
    }
  }

  async #callFunction({ text }: Explainable, schemas: readonly string[], signal: AbortSignal) {
    const called = (this.#settings.function ?? '').split('.').map(quoteIdentifier).join('.')
    const values = [text, schemas, this.#settings.maxRelations]
    return this.#read(`SELECT ${called}($1, $2, $3)`, values, signal)
  }

  /**
   * With the parameters NULL and a generic plan. EXPLAIN (GENERIC_PLAN) is no way here: in extended mode, which alone
   * keeps a text to one statement, its parameters are bound, and it plans for NULL. Besides, pg_stat_statements keeps
   * each EXPLAIN of another text, and no PREPARE.
   */
  async #prepareAndExplain({ text, parameters }: Explainable, schemas: readonly string[], signal: AbortSignal) {
    const refusal = await this.#judge(text, schemas, signal)
    if (refusal !== undefined) return refusal
    const path = schemas.map(quoteIdentifier).join(', ')
    await this.#run(`SELECT set_config('search_path', $1, true)`, [path === '' ? '""' : path], signal)
    // From here on nothing is looked up in a schema of a user's but what the statement names.
    await this.#run(`PREPARE ${explainedName} AS ${text}`, [], signal)
    const nulls = parameters === 0 ? '' : `(${Array.from({ length: parameters }, () => 'NULL').join(', ')})`
    return this.#read(`EXPLAIN (FORMAT JSON) EXECUTE ${explainedName}${nulls}`, [], signal)
  }

  async #judge(text: string, schemas: readonly string[], signal: AbortSignal): Promise<PlanAbsence | undefined> {
    const [row] = await this.#run(planVerdictSql, [text, schemas, this.#settings.maxRelations], signal)
    const [verdict, detail, named, readable] = row ?? []
    if (typeof verdict === 'string') return absent(isAbsenceReason(verdict) ? verdict : 'rejected', detail ?? undefined)
    // Asking anyway would only write an error to the server's log.
    if (named !== '0' && readable === '0') return absent('denied', "the role may read none of a statement's relations")
    return undefined
  }

  async #read(text: string, values: readonly unknown[], signal: AbortSignal) {
    const json = ([first]: TextRow) => first ?? ''
    const [found] = await this.#connection.read('plan', marked('plan', text), values, json, signal, budgets.plan)
    return planOrRefusal(found ?? '')
  }

  #run(text: string, values: readonly unknown[], signal: AbortSignal) {
    return this.#connection.query('plan', marked('plan', text), values, signal)
  }
}
