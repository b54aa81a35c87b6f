import { toNumber } from './increases.ts'
import type { MeasuredRow } from './measured-row.ts'
import type { TopRowsQuery } from './row-query.ts'

/**
 * Each row's largest share of any ranking column: 0.3 for a statement that took 30 % of all time, or read 30 % of all
 * blocks. Counters rank by their growth; at first, when nothing is known of it, by what they have come to.
 */
export function scoresOf(rows: readonly MeasuredRow[], { by, counters }: TopRowsQuery): Map<string, number> {
  const isCounter = new Set(counters)
  const weightOf = ({ row, increases }: MeasuredRow, column: number) =>
    Math.max(
      0,
      increases !== undefined && isCounter.has(column) ? (increases[column] ?? 0) : toNumber(row[column] ?? null),
    )
  const totals = by.map((column) => rows.reduce((sum, row) => sum + weightOf(row, column), 0))
  return new Map(
    rows.map((row) => {
      let score = 0
      by.forEach((column, at) => {
        const total = totals[at] ?? 0
        if (total > 0) score = Math.max(score, weightOf(row, column) / total)
      })
      return [row.identity, score]
    }),
  )
}
