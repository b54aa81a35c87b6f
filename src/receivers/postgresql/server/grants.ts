import type { Clock } from '../../../component/clock.ts'
import type { Connection, TextRow } from '../connection/connection.ts'
import { type Denial, Denials } from './denials.ts'
import { type GrantPart, type GrantsRefusals, lastRow } from './grant-parts.ts'
import { MalformedAnswerError, malformed } from './malformed.ts'
import { marked } from './own-statements.ts'
import { Retry } from './retry.ts'

/** What decides in one database what can be asked there, as far as the role's rights and the extensions go. */
export interface Grants {
  /** Those of the probed roles whose rights this one has; `undefined` where the server doesn't say. */
  readonly roles: ReadonlySet<string> | undefined
  readonly denials: Denials
  /** Changes with anything of this, and with the extensions: their versions, schemas and the right to look into them. */
  readonly digest: string
}

/** So long the grants count as unchanged, less one interval. */
const freshMs = 10_000

/**
 * Reads what the role may do in one database, over the connection that there is to it. Where that can't be read (somebody
 * has locked a catalog), the last grants stand, and it is read again later and later. The functions that say what is denied
 * may be denied themselves: then the server's log has one ERROR, and that part stays unknown.
 */
export class GrantsReader {
  readonly #clock: Clock
  readonly #intervalMs: number
  readonly #retry: Retry
  readonly #refusals: GrantsRefusals
  #last: Grants | undefined
  /** When it was read, and over which connection: another may lead to another server. */
  #read: { readonly connection: WeakRef<Connection>; readonly timeMs: number } | undefined

  /** @param refusals shared by those who read as the same role */
  constructor(clock: Clock, intervalMs: number, refusals: GrantsRefusals) {
    this.#clock = clock
    this.#intervalMs = intervalMs
    this.#retry = Retry.eachInterval(clock, intervalMs)
    this.#refusals = refusals
  }

  /** Why it couldn't be read last; `undefined` if it could. */
  get error(): Error | undefined {
    return this.#retry.error
  }

  /** @throws QueryError when it can't be read and never could be, or when the connection is lost */
  async read(connection: Connection, signal: AbortSignal): Promise<Grants> {
    const obstacle = this.#retry.obstacle
    if (obstacle !== undefined) return this.#known(obstacle)
    if (this.#last !== undefined && this.#isFresh(connection)) return this.#last
    try {
      const grants = await this.#ask(connection, signal)
      this.#read = { connection: new WeakRef(connection), timeMs: this.#clock.now() }
      this.#retry.succeeded()
      // The same object for as long as nothing changes.
      if (this.#last?.digest !== grants.digest) this.#last = grants
      return this.#last ?? grants
    } catch (cause) {
      signal.throwIfAborted()
      if (connection.closed || cause instanceof MalformedAnswerError) throw cause
      const error = cause instanceof Error ? cause : new Error(String(cause))
      this.#retry.failed(error)
      return this.#known(error)
    }
  }

  /** It costs the server two milliseconds: not worth while every second. */
  #isFresh(connection: Connection): boolean {
    const read = this.#read
    if (read === undefined || read.connection.deref() !== connection) return false
    return this.#clock.now() < read.timeMs + freshMs - this.#intervalMs
  }

  #known(error: Error): Grants {
    if (this.#last === undefined) throw error
    return this.#last
  }

  async #ask(connection: Connection, signal: AbortSignal): Promise<Grants> {
    for (;;) {
      const { asked } = this.#refusals
      const text = [...asked.map(({ sql }) => sql), lastRow].join(' UNION ALL ')
      try {
        const rows = await connection.query('grants', marked('grants', text), [], signal)
        this.#refusals.succeeded(asked)
        return grantsOf(rows, asked, this.#refusals.denials)
      } catch (error) {
        if (!this.#refusals.refused(asked, error)) throw error
      }
    }
  }
}

function grantsOf(rows: readonly TextRow[], asked: readonly GrantPart[], refused: readonly Denial[]): Grants {
  const ends = rows.filter(([kind]) => kind === 'end')
  if (ends.length !== 1 || rows.some((row) => row.length !== 5)) {
    throw malformed('grants', 'its last row is missing, or rows are of another size')
  }
  const kinds = asked.map(({ kind }) => kind)
  const roles = rows.flatMap(([kind, name]) => (kind === 'role' && typeof name === 'string' ? [name] : []))
  const found = rows.flatMap(([kind, name, signature, isUsual]): Denial[] =>
    (kind === 'function' || kind === 'table') && typeof name === 'string' && typeof signature === 'string'
      ? [{ kind, name, signature, isUsual: isUsual === 't' }]
      : [],
  )
  return {
    roles: kinds.includes('role') ? new Set(roles) : undefined,
    denials: new Denials([...refused, ...found]),
    digest: JSON.stringify([kinds, refused, rows.map((row) => row.join(' ')).sort()]),
  }
}
