import type { Clock } from '../../../component/clock.ts'
import { marked } from '../own-statements.ts'
import type { Session, TextRow } from '../session.ts'
import { errorCode, sqlState } from '../sqlstate.ts'
import { type Denial, Denials } from './denials.ts'
import { MalformedAnswerError, malformed } from './malformed.ts'
import { Retry } from './retry.ts'

/** What decides in one database what can be asked there, as far as the role's rights and the extensions go. */
export interface Grants {
  /** Those of the system's roles whose rights this one has; `undefined` where that can't be told. */
  readonly roles: ReadonlySet<string> | undefined
  readonly denials: Denials
  /** Changes with anything of this, and with the extensions: their versions, schemas and the right to look into them. */
  readonly digest: string
}

/** A part of the statement, and the functions and relations without which it can't be asked. */
interface Part {
  readonly kind: Denial['kind'] | 'extension' | 'role'
  readonly needs: readonly string[]
  readonly sql: string
}

/** Objects of the system have lower oids than anything that was created later; others count where an extension made them. */
const systems = (object: string, name: string, catalog: string) =>
  `(${object}.oid < 16384 OR ${object}.${name} LIKE 'pg\\_stat\\_statements%' AND EXISTS (SELECT FROM pg_depend AS d
      WHERE d.classid = '${catalog}'::regclass AND d.objid = ${object}.oid AND d.deptype = 'e'))`

const isUsual = (oid: string) =>
  `CASE WHEN EXISTS (SELECT FROM pg_init_privs AS i WHERE i.objoid = ${oid}) THEN 't' END`

const parts: readonly Part[] = [
  {
    kind: 'function',
    needs: ['has_function_privilege', 'pg_proc', 'pg_depend', 'pg_init_privs'],
    sql: `SELECT 'function', p.proname::text, p.oid::regprocedure::text, ${isUsual('p.oid')} FROM pg_proc AS p
      WHERE ${systems('p', 'proname', 'pg_proc')} AND p.proacl IS NOT NULL AND NOT has_function_privilege(p.oid, 'EXECUTE')`,
  },
  {
    kind: 'table',
    needs: ['has_table_privilege', 'pg_class', 'pg_depend', 'pg_init_privs'],
    sql: `SELECT 'table', c.relname::text, c.oid::regclass::text, ${isUsual('c.oid')} FROM pg_class AS c
      WHERE ${systems('c', 'relname', 'pg_class')} AND c.relkind IN ('r', 'v') AND NOT has_table_privilege(c.oid, 'SELECT')`,
  },
  {
    kind: 'extension',
    needs: ['has_schema_privilege', 'pg_extension', 'pg_namespace'],
    sql: `SELECT 'extension', e.extname::text, e.extversion || ' ' || n.nspname, CASE WHEN has_schema_privilege(n.oid, 'USAGE') THEN 't' END
      FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace`,
  },
  {
    kind: 'role',
    needs: ['pg_has_role', 'pg_roles'],
    sql: `SELECT 'role', r.rolname::text, NULL, NULL FROM pg_roles AS r
      WHERE r.rolname LIKE 'pg\\_%' AND pg_has_role(r.oid, 'USAGE')`,
  },
]

const lastRow = `SELECT 'end', NULL, NULL, NULL`

/** A part that is refused is asked for again as rarely as any denied statement. */
const refused = { initialMs: 300_000, maxMs: 3_600_000, multiplier: 2, jitter: 0 } as const

/**
 * Reads what the role may do in one database, over whatever connection there is to it. Where that can't be read (somebody
 * has locked a catalog) it is what it was, and asked again later and later. The functions that tell of denied functions may
 * be denied themselves: then the server says so once, and that part stays unknown.
 */
export class GrantsReader {
  readonly #retry: Retry
  readonly #parts: readonly { readonly part: Part; readonly retry: Retry }[]
  #last: Grants | undefined

  constructor(clock: Clock, intervalMs: number) {
    this.#retry = Retry.eachInterval(clock, intervalMs)
    this.#parts = parts.map((part) => ({ part, retry: new Retry(clock, refused) }))
  }

  /** Why it couldn't be read last; `undefined` if it could. */
  get error(): Error | undefined {
    return this.#retry.error
  }

  /** @throws QueryError when it can't be read and never could be, or when the session is lost */
  async read(session: Session, signal: AbortSignal): Promise<Grants> {
    const obstacle = this.#retry.obstacle
    if (obstacle !== undefined) return this.#known(obstacle)
    try {
      const grants = await this.#ask(session, signal)
      this.#retry.succeeded()
      // The same object for as long as nothing changes.
      if (this.#last?.digest !== grants.digest) this.#last = grants
      return this.#last ?? grants
    } catch (cause) {
      signal.throwIfAborted()
      if (session.closed || cause instanceof MalformedAnswerError) throw cause
      const error = cause instanceof Error ? cause : new Error(String(cause))
      this.#retry.failed(error)
      return this.#known(error)
    }
  }

  #known(error: Error): Grants {
    if (this.#last === undefined) throw error
    return this.#last
  }

  async #ask(session: Session, signal: AbortSignal): Promise<Grants> {
    for (;;) {
      const asked = this.#parts.filter(({ retry }) => retry.obstacle === undefined)
      const text = [...asked.map(({ part }) => part.sql), lastRow].join(' UNION ALL ')
      try {
        const rows = await session.query('grants', marked('grants', text), [], signal)
        for (const { retry } of asked) retry.succeeded()
        return grantsOf(
          rows,
          asked.map(({ part }) => part.kind),
        )
      } catch (error) {
        const guilty = asked.filter(({ part }) => isAbout(part, error))
        if (guilty.length === 0 || !(error instanceof Error)) throw error
        for (const { retry } of guilty) retry.failed(error)
      }
    }
  }
}

function isAbout({ needs }: Part, error: unknown): boolean {
  if (errorCode(error) !== sqlState.insufficientPrivilege || !(error instanceof Error)) return false
  return needs.some((name) => error.message.includes(name))
}

function grantsOf(rows: readonly TextRow[], asked: readonly Part['kind'][]): Grants {
  const ends = rows.filter(([kind]) => kind === 'end')
  if (ends.length !== 1 || rows.some((row) => row.length !== 4)) {
    throw malformed('grants', 'its last row is missing, or rows are of another size')
  }
  const roles = rows.flatMap(([kind, name]) => (kind === 'role' && typeof name === 'string' ? [name] : []))
  const denials = rows.flatMap(([kind, name, signature, isUsual]): Denial[] =>
    (kind === 'function' || kind === 'table') && typeof name === 'string' && typeof signature === 'string'
      ? [{ kind, name, signature, isUsual: isUsual === 't' }]
      : [],
  )
  return {
    roles: asked.includes('role') ? new Set(roles) : undefined,
    denials: new Denials(denials),
    digest: JSON.stringify([asked, rows.map((row) => row.join(' ')).sort()]),
  }
}
