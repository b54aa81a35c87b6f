import type { ResetToken } from '../pdata/reading.ts'
import type { ColumnValue, Row } from './decode.ts'

/** A row of a query with top rows as it was read. */
export interface ReadRow {
  /** The identity columns, joined. */
  readonly identity: string
  readonly row: Row
  readonly token: ResetToken | undefined
}

/** A row, and how much its numbers have grown since the result before. */
export interface MeasuredRow extends ReadRow {
  /** By column, 0 for columns that aren't tracked; `undefined` where there is nothing to compare with. */
  readonly increases: readonly number[] | undefined
}

/** What code says about the rows. */
export interface ComputedRows {
  /** The computed columns in their order; `undefined` for a row that is shown with the others. */
  readonly of: (row: MeasuredRow) => readonly ColumnValue[] | undefined
  /** Rows that keep series of their own whatever their rank. */
  readonly also: ReadonlySet<string>
}
