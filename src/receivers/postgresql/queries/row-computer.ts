import type { Reading } from '../../../pdata/reading.ts'
import type { ComputedRows, MeasuredRow } from '../../../rows/measured-row.ts'
import type { Sink } from '../../../scraper/scraper.ts'
import type { ComposedQuery } from '../compose/composed-query.ts'
import type { RunContext } from '../server/read-server-state.ts'

/** A complete result of a query with top rows. */
export interface MeasuredResult {
  readonly query: ComposedQuery
  readonly rows: readonly MeasuredRow[]
  /** Whether the row ranks among those that keep series of their own. */
  readonly isTop: (identity: string) => boolean
  readonly context: RunContext
}

/** Fills in the columns that SQL can't compute. */
export interface RowComputer {
  compute(result: MeasuredResult, signal: AbortSignal): Promise<ComputedRows>
  /** Called after the result has been given to the sink: gives what else is known about it. */
  report(reading: Reading, sink: Sink, signal: AbortSignal): Promise<void>
}
