import type { ComposedQuery } from '../compose/composed-query.ts'
import type { ParameterizedText, Slice } from '../compose/text.ts'
import type { TextRow } from '../connection/connection.ts'
import { QueryError } from '../connection/query-error.ts'
import { sqlState } from '../connection/sqlstate.ts'

/** A part of a result. */
export interface Page {
  readonly rows: readonly TextRow[]
  readonly last: boolean
}

/** What one statement reads: so many rows after that key. */
export interface Bounds {
  readonly after: string
  readonly rows: number
}

/** Sends one statement. */
export type Ask = (text: ParameterizedText, bounds: Bounds) => Promise<TextRow[]>

type Paged = Pick<ComposedQuery, 'text' | 'parameters' | 'slice' | 'takesLocks'>

const whole: Bounds = { after: '0', rows: 0 }

/**
 * A result in parts, one statement each.
 *
 * Where a statement meets a lock that was taken since it began, it is asked once more, a slice with half of the rows: the
 * second time the lock is known and its relation left out, and another one that is taken meanwhile concerns fewer rows.
 */
export function pagesOf(query: Paged, ask: Ask): AsyncGenerator<Page> {
  const { slice } = query
  return slice === undefined ? wholePage(query, ask) : keysetPages(query, slice, ask)
}

async function* wholePage(query: Paged, ask: Ask): AsyncGenerator<Page> {
  const rows = await ask(query, whole).catch((error) => {
    if (!isLockedOut(query, error)) throw error
    return ask(query, whole)
  })
  yield { rows, last: true }
}

/** Goes on after the last row that was read, whether or not it is one of the result. */
async function* keysetPages(query: Paged, slice: Slice, ask: Ask): AsyncGenerator<Page> {
  let after = whole.after
  for (;;) {
    let read: TextRow[]
    let wanted = slice.rows
    try {
      read = await ask(query, { after, rows: wanted })
    } catch (error) {
      if (!isLockedOut(query, error)) throw error
      wanted = Math.ceil(wanted / 2)
      read = await ask(query, { after, rows: wanted })
    }
    const { found } = slice
    const rows = found === undefined ? read : read.filter((row) => row[found] !== null)
    const last = keysIn(read, slice) < wanted
    if (last || rows.length > 0) yield { rows, last }
    if (last) return
    after = read.at(-1)?.[slice.key] ?? after
  }
}

/** A key may have several rows, one after the other. */
function keysIn(rows: readonly TextRow[], { key }: Slice): number {
  return rows.filter((row, at) => row[key] !== rows[at - 1]?.[key]).length
}

function isLockedOut(query: Paged, error: unknown): boolean {
  return query.takesLocks && error instanceof QueryError && error.code === sqlState.lockNotAvailable
}
