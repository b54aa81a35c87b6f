import type { ReadRow } from './measured-row.ts'
import { combine, numeric } from './row-points.ts'

/**
 * One row for all that have the same identity: counters are added up, of other columns the
 * largest is taken. In the next result nothing says which of them is which.
 * @param counters columns
 * @returns the very same rows where no two share an identity
 */
export function addedUp(rows: readonly ReadRow[], counters: ReadonlySet<number>): readonly ReadRow[] {
  if (new Set(rows.map(({ identity }) => identity)).size === rows.length) return rows
  const groups = Map.groupBy(rows, ({ identity }) => identity)
  return [...groups.values()].map((group) => group.reduce((sum, one) => add(sum, one, counters)))
}

function add({ identity, row: sum, token }: ReadRow, { row }: ReadRow, counters: ReadonlySet<number>): ReadRow {
  const added = sum.map((value, column) => {
    const [a, b] = [numeric(value), numeric(row[column] ?? null)]
    if (a === null || b === null) return a === null ? (row[column] ?? value) : value
    return combine(counters.has(column) ? 'sum' : 'max', a, b)
  })
  return { identity, row: added, token }
}
