import type { ResetToken } from '../../../pdata/reading.ts'
import { type Row, raw } from '../decode.ts'
import { combine, numeric } from '../row-points.ts'

/** A row as it was read. */
export interface ReadRow {
  readonly row: Row
  readonly token: ResetToken | undefined
}

/**
 * One row for all that have the same identity: their counters added up, of the rest what is larger. Nothing tells which of
 * them is which in the next result.
 * @param counters columns
 * @returns the very same rows where no two share an identity
 */
export function addedUp(
  rows: readonly ReadRow[],
  identity: readonly number[],
  counters: ReadonlySet<number>,
): readonly ReadRow[] {
  const groups = Map.groupBy(rows, ({ row }) => identity.map((column) => raw(row[column] ?? null)).join('\u0000'))
  if (groups.size === rows.length) return rows
  return [...groups.values()].map((group) => group.reduce((sum, one) => add(sum, one, counters)))
}

function add({ row: sum, token }: ReadRow, { row }: ReadRow, counters: ReadonlySet<number>): ReadRow {
  const added = sum.map((value, column) => {
    const [a, b] = [numeric(value), numeric(row[column] ?? null)]
    if (a === null || b === null) return a === null ? (row[column] ?? value) : value
    return combine(counters.has(column) ? 'sum' : 'max', a, b)
  })
  return { row: added, token }
}
