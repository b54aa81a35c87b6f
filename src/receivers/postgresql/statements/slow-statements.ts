import type { StatementIncrease } from './statement-increase.ts'

/** The limits of `db.query.duration` and `db.query.count`. */
export interface SlowSettings {
  readonly minMeanMs: number
  readonly maxStatements: number
}

/** Executions of one statement, however many rows they are counted in. */
export interface SlowStatement {
  readonly meanMs: number
  /** The row that carries the values, one of the statement's own. */
  readonly first: string
}

/** The rows that may be slow statements, by the mean of the interval. */
export function slowRows(rows: readonly StatementIncrease[], settings: SlowSettings): StatementIncrease[] {
  return slowest(
    rows.map((row) => [row, meanMs(row)] as const),
    settings,
  )
}

/** The slow statements among rows that are named; rows of one name are one statement. */
export function slowStatements(
  rows: readonly (readonly [name: string, row: StatementIncrease])[],
  settings: SlowSettings,
): ReadonlyMap<string, SlowStatement> {
  const groups = Map.groupBy(rows, ([name]) => name)
  const means = [...groups].map(([name, group]) => {
    const seconds = group.reduce((sum, [, row]) => sum + row.seconds, 0)
    const calls = group.reduce((sum, [, row]) => sum + row.calls, 0)
    const first = group[0]?.[1].identity ?? ''
    return [{ name, first }, meanMs({ seconds, calls })] as const
  })
  const meanOf = new Map(means)
  return new Map(slowest(means, settings).map((one) => [one.name, { first: one.first, meanMs: meanOf.get(one) ?? 0 }]))
}

function meanMs({ seconds, calls }: Pick<StatementIncrease, 'seconds' | 'calls'>): number {
  return calls > 0 ? (seconds * 1_000) / calls : 0
}

function slowest<T>(things: readonly (readonly [T, mean: number])[], { minMeanMs, maxStatements }: SlowSettings): T[] {
  return things
    .filter(([, mean]) => mean > 0 && mean >= minMeanMs)
    .sort(([, a], [, b]) => b - a)
    .slice(0, maxStatements)
    .map(([thing]) => thing)
}
