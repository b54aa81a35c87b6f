import type { Statement } from './compose-text.ts'
import type { PlannedQuery } from './plan.ts'
import { QueryError } from './query-error.ts'
import type { TextRow } from './session.ts'
import { sqlState } from './sqlstate.ts'

/** A part of a result. */
export interface Page {
  readonly rows: readonly TextRow[]
  readonly last: boolean
}

/** Sends one statement; `after` is the oid where the slice before ended. */
export type Ask = (statement: Statement, after: string) => Promise<TextRow[]>

type Paged = Pick<PlannedQuery, 'text' | 'parameters' | 'slice' | 'takesLocks'>

/**
 * A result in parts, one statement each.
 *
 * Where a lock was taken since a statement began, it is asked once more, in halves if it can be: then the lock is known
 * and left out, and what else is met concerns the fewer rows.
 */
export function pagesOf(query: Paged, ask: Ask): AsyncGenerator<Page> {
  const { slice } = query
  return slice === undefined ? wholePage(query, ask) : keysetPages(query, slice.rows, slice.column, ask)
}

const start = '0'

async function* wholePage(query: Paged, ask: Ask): AsyncGenerator<Page> {
  const rows = await ask(query, start).catch((error) => {
    if (!isLockedOut(query, error)) throw error
    return ask(query, start)
  })
  yield { rows, last: true }
}

async function* keysetPages(query: Paged, size: number, column: number, ask: Ask): AsyncGenerator<Page> {
  const shorter = Math.ceil(size / 2)
  const half = { ...query, text: query.text.replace(/LIMIT \d+$/, `LIMIT ${shorter}`) }
  let after = start
  for (;;) {
    let rows: TextRow[]
    let wanted = size
    try {
      rows = await ask(query, after)
    } catch (error) {
      if (!isLockedOut(query, error)) throw error
      rows = await ask(half, after)
      wanted = shorter
    }
    const last = rows.length < wanted
    yield { rows, last }
    if (last) return
    after = rows.at(-1)?.[column] ?? after
  }
}

function isLockedOut(query: Paged, error: unknown): boolean {
  return query.takesLocks && error instanceof QueryError && error.code === sqlState.lockNotAvailable
}
