import type { ResetToken } from '../../../pdata/reading.ts'
import type { Row } from '../decode.ts'

/** A row of a folded query as it was read. */
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
