import type { GuardedClient } from './client.ts'
import { ResultBudget } from './guard/result-budget.ts'
import { PortalPage, type PortalStatement, type TextRow } from './portal-page.ts'

/** A row without texts of statements: names, numbers, lists of backends. */
export const usualRowBytes = 2_048
/** What a unix socket takes while nobody reads it, with room to spare: Linux takes 180 kB of 8 kB writes and smaller. */
const pageBytes = 96_000

export interface ResultSettings<T> {
  readonly statement: PortalStatement
  /** What becomes of a row as it comes. */
  readonly take: (row: TextRow) => T
  /** A larger result is cancelled and fails as `too_large`. */
  readonly maxBytes: number
  readonly cancel: () => Promise<void>
  /** Of the longest row: then the result comes in pages that a unix socket takes. Only within a transaction. */
  readonly rowBytes: number | undefined
}

/**
 * Sends one statement and reads its result.
 * @param signal looked at between two pages
 * @throws what `take` throws, too
 */
export async function readResult<T>(
  { client, connection }: GuardedClient,
  { statement, take, maxBytes, cancel, rowBytes }: ResultSettings<T>,
  signal: AbortSignal,
): Promise<T[]> {
  let rows: T[] = []
  let fault: Error | undefined
  let cancelling: Promise<void> | undefined
  let longest = rowBytes ?? 0
  const budget = new ResultBudget(maxBytes, () => {
    rows = []
    cancelling = cancel()
  })
  const takeOne = (row: TextRow, bytes: number) => {
    longest = Math.max(longest, bytes)
    try {
      if (fault === undefined) rows.push(take(row))
    } catch (error) {
      // The rest of the result, or of its page, still arrives.
      fault = error instanceof Error ? error : new Error(String(error))
    }
  }
  const page = (opens?: PortalStatement) => {
    const count = rowBytes === undefined ? 0 : Math.max(1, Math.floor(pageBytes / longest))
    const sent = new PortalPage({ rows: count, take: takeOne, ...(opens !== undefined && { opens }) })
    client.query(sent)
    return sent.hasMore
  }
  connection.allow(budget)
  try {
    let more = await page(statement)
    while (more && fault === undefined && budget.excess === undefined && !signal.aborted) more = await page()
  } catch (error) {
    throw budget.excess ?? error
  } finally {
    // A request that is still on its way would hit the next statement.
    await cancelling
  }
  if (budget.excess !== undefined) throw budget.excess
  if (fault !== undefined) throw fault
  return rows
}
