import type { Reading } from '../../../pdata/reading.ts'
import type { Sink } from '../../../scraper/scraper.ts'
import type { ColumnValue } from '../decode.ts'
import type { PlannedQuery } from '../plan.ts'
import type { RunContext } from '../query-runner.ts'
import type { MeasuredRow } from './measured-row.ts'

/** A complete result of a folded query. */
export interface MeasuredResult {
  readonly query: PlannedQuery
  readonly rows: readonly MeasuredRow[]
  /** Whether the row ranks among those that keep series of their own. */
  readonly isTop: (identity: string) => boolean
  readonly context: RunContext
}

/** What code says about the rows. */
export interface ComputedRows {
  /** The computed columns in their order; `undefined` where the row can't be told from the rest. */
  readonly of: (row: MeasuredRow) => readonly ColumnValue[] | undefined
  /** Rows that keep series of their own whatever their rank. */
  readonly also: ReadonlySet<string>
}

/** Fills in the columns of a folded query that SQL can't say. */
export interface RowComputer {
  compute(result: MeasuredResult, signal: AbortSignal): Promise<ComputedRows>
  /** Called when the result has been given to the sink: for what is said about it besides. */
  report(reading: Reading, sink: Sink, signal: AbortSignal): Promise<void>
}
