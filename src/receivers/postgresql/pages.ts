import type { Statement } from './compose-text.ts'
import type { PlannedQuery } from './plan.ts'
import { QueryError } from './query-error.ts'
import type { TextRow } from './session.ts'
import { sqlState } from './sqlstate.ts'

/** A part of a result. */
export interface Page {
  readonly rows: readonly TextRow[]
  readonly last: boolean
  /** On the last one: whether a limit cut the result. */
  readonly limited: boolean
}

/** What the parameters of a slice's statement are. */
export interface AskedFor {
  /** The oid where the slice before ended. */
  readonly after: string
  /** The oids whose rows are wanted. */
  readonly keys: readonly string[]
}

/** Sends one statement. */
export type Ask = (statement: Statement, asked: AskedFor) => Promise<TextRow[]>

type Paged = Pick<PlannedQuery, 'text' | 'parameters' | 'slice' | 'limitRows' | 'takesLocks'>

/**
 * A result in parts, one statement each.
 *
 * Where a lock was taken since a statement began, it is asked once more, in halves if it can be: then the lock is known
 * and left out, and what else is met concerns the fewer rows.
 */
export function pagesOf(query: Paged, ask: Ask): AsyncGenerator<Page> {
  const { slice } = query
  if (slice === undefined) return wholePage(query, ask)
  return slice.kind === 'keys'
    ? keyedPages(query, slice.rows, slice.keys, ask)
    : keysetPages(query, slice.rows, slice.column, ask)
}

const nothing: AskedFor = { after: '0', keys: [] }

async function* wholePage(query: Paged, ask: Ask): AsyncGenerator<Page> {
  const { limitRows } = query
  const rows = await ask(query, nothing).catch((error) => {
    if (!isLockedOut(query, error)) throw error
    return ask(query, nothing)
  })
  const limited = limitRows !== undefined && rows.length > limitRows
  yield { rows: limited ? rows.slice(0, limitRows) : rows, last: true, limited }
}

async function* keyedPages(query: Paged, size: number, keysOf: Statement, ask: Ask): AsyncGenerator<Page> {
  const [row] = await ask(keysOf, nothing)
  const found = (row?.[0] ?? '').split(',').filter((key) => key !== '')
  const limited = query.limitRows !== undefined && found.length > query.limitRows
  const keys = found.slice(0, query.limitRows).sort((a, b) => Number(a) - Number(b))
  for (let from = 0; from === 0 || from < keys.length; from += size) {
    const some = keys.slice(from, from + size)
    const last = from + size >= keys.length
    try {
      yield { rows: await ask(query, { ...nothing, keys: some }), last, limited }
    } catch (error) {
      if (!isLockedOut(query, error)) throw error
      const middle = Math.ceil(some.length / 2)
      yield { rows: await ask(query, { ...nothing, keys: some.slice(0, middle) }), last: false, limited }
      yield { rows: await ask(query, { ...nothing, keys: some.slice(middle) }), last, limited }
    }
  }
}

async function* keysetPages(query: Paged, size: number, column: number, ask: Ask): AsyncGenerator<Page> {
  const shorter = Math.ceil(size / 2)
  const half = { ...query, text: query.text.replace(/LIMIT \d+$/, `LIMIT ${shorter}`) }
  let after = '0'
  for (;;) {
    let rows: TextRow[]
    let wanted = size
    try {
      rows = await ask(query, { ...nothing, after })
    } catch (error) {
      if (!isLockedOut(query, error)) throw error
      rows = await ask(half, { ...nothing, after })
      wanted = shorter
    }
    const last = rows.length < wanted
    yield { rows, last, limited: false }
    if (last) return
    after = rows.at(-1)?.[column] ?? after
  }
}

function isLockedOut(query: Paged, error: unknown): boolean {
  return query.takesLocks && error instanceof QueryError && error.code === sqlState.lockNotAvailable
}
