import type { Clock } from '../../../component/clock.ts'
import { errorCode, sqlState } from '../connection/sqlstate.ts'
import type { Denial } from './denials.ts'
import { Retry } from './retry.ts'
import { quarantine } from './schedule.ts'

/** A part of the statement, and what it can't be asked without: the functions and relations, as GRANT takes them. */
export interface GrantPart {
  readonly kind: Denial['kind'] | 'extension' | 'role'
  readonly function: string
  readonly tables: readonly string[]
  readonly sql: string
}

/** Objects of the system have lower oids than anything that was created later; others count where an extension made them. */
const systems = (object: string, name: string, catalog: string) =>
  `(${object}.oid < 16384::oid OR ${object}.${name} IN ('pg_stat_statements', 'pg_stat_statements_info') AND EXISTS (SELECT FROM pg_depend AS d
      WHERE d.classid = '${catalog}'::regclass AND d.objid = ${object}.oid AND d.deptype = 'e'))`

const isUsual = (oid: string) =>
  `CASE WHEN EXISTS (SELECT FROM pg_init_privs AS i WHERE i.objoid = ${oid}) THEN 't' END`

/** Roles that every version has. What else may be wanted is probed when it is. */
export const probedRoles: readonly string[] = [
  'pg_monitor',
  'pg_read_all_settings',
  'pg_read_all_stats',
  'pg_stat_scan_tables',
]

/** Of columns that need no function to be of one type: a kind, a name, and three texts of which one is a name. */
const parts: readonly GrantPart[] = [
  {
    kind: 'function',
    function: 'has_function_privilege(oid, text)',
    tables: ['pg_proc', 'pg_depend', 'pg_init_privs'],
    sql: `SELECT 'function', p.proname, p.oid::regprocedure::text, ${isUsual('p.oid')}, NULL::name FROM pg_proc AS p
      WHERE ${systems('p', 'proname', 'pg_proc')} AND p.proacl IS NOT NULL AND NOT has_function_privilege(p.oid, 'EXECUTE')`,
  },
  {
    kind: 'table',
    function: 'has_table_privilege(oid, text)',
    tables: ['pg_class', 'pg_depend', 'pg_init_privs'],
    sql: `SELECT 'table', c.relname, c.oid::regclass::text, ${isUsual('c.oid')}, NULL::name FROM pg_class AS c
      WHERE ${systems('c', 'relname', 'pg_class')} AND c.relkind IN ('r', 'v') AND NOT has_table_privilege(c.oid, 'SELECT')`,
  },
  {
    kind: 'extension',
    function: 'has_schema_privilege(oid, text)',
    tables: ['pg_extension', 'pg_namespace'],
    sql: `SELECT 'extension', e.extname, e.extversion, CASE WHEN has_schema_privilege(n.oid, 'USAGE') THEN 't' END, n.nspname
      FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace`,
  },
  {
    kind: 'role',
    function: 'pg_has_role(name, text)',
    tables: [],
    sql: `SELECT 'role', r.rolname, NULL, NULL, NULL::name
      FROM (VALUES ${probedRoles.map((role) => `('${role}'::name)`).join(', ')}) AS r(rolname) WHERE pg_has_role(r.rolname, 'USAGE')`,
  },
]

export const lastRow = `SELECT 'end', NULL::name, NULL, NULL, NULL::name`

/** A part that was refused, for what reason, and when it is asked for again: as rarely as any denied statement. */
export class GrantsRefusals {
  readonly #retries: ReadonlyMap<GrantPart, Retry>
  readonly #denials = new Map<GrantPart, Denial>()

  constructor(clock: Clock) {
    this.#retries = new Map(parts.map((part) => [part, new Retry(clock, quarantine)]))
  }

  /** The parts that may be asked for now. */
  get asked(): GrantPart[] {
    return parts.filter((part) => this.#retries.get(part)?.obstacle === undefined)
  }

  /** What is known to be denied since a part was. */
  get denials(): Denial[] {
    return [...this.#denials.values()]
  }

  succeeded(asked: readonly GrantPart[]): void {
    for (const part of asked) {
      this.#retries.get(part)?.succeeded()
      this.#denials.delete(part)
    }
  }

  /** Takes note of what the server says is denied; false where that is none of what is asked. */
  refused(asked: readonly GrantPart[], error: unknown): boolean {
    if (errorCode(error) !== sqlState.insufficientPrivilege || !(error instanceof Error)) return false
    let isKnown = false
    for (const part of asked) {
      const denial = needsOf(part).find(({ name }) => new RegExp(`\\b${name}\\b`).test(error.message))
      if (denial === undefined) continue
      isKnown = true
      this.#denials.set(part, denial)
      this.#retries.get(part)?.failed(error)
    }
    return isKnown
  }
}

function needsOf({ function: signature, tables }: GrantPart): Denial[] {
  const called = { kind: 'function', name: signature.replace(/\(.*/, ''), signature, isUsual: false } as const
  return [called, ...tables.map((name) => ({ kind: 'table', name, signature: name, isUsual: false }) as const)]
}
