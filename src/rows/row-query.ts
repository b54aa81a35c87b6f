import type { ColumnType } from '../metadata/query.ts'
import type { Attributes } from '../pdata/attributes.ts'
import type { EntityInfo } from '../pdata/entity.ts'
import type { MetricInfo } from '../pdata/metric.ts'

/** A column's place in the rows, or what a query that runs in a database knows without asking. */
export type ColumnRef = number | 'database' | 'database_oid'

/** One data point of every row. */
export interface RowPoint {
  readonly info: MetricInfo
  readonly entity: EntityInfo
  readonly value: number
  readonly parts: readonly (readonly [part: string, column: ColumnRef])[]
  readonly attributes: readonly (readonly [name: string, column: ColumnRef])[]
  readonly constants: Attributes
  /** Tells the point from the row's others in a series' key. */
  readonly id: string
  /** A column: the value is shown only where it is true. */
  readonly when?: number
  /** How values of rows without a series of their own become one; without it, they aren't shown. */
  readonly others?: 'sum' | 'max'
  /** What to record while the server can't be asked. */
  readonly unreachable?: number
}

export interface RowColumn {
  readonly name: string
  readonly type: ColumnType
}

/** Which rows keep series of their own. Columns are places in the rows. */
export interface TopRowsQuery {
  readonly rows: number
  readonly by: readonly number[]
  /** Columns that only grow. */
  readonly counters: readonly number[]
  readonly others: readonly number[]
  /** Queries of one set keep the same rows. */
  readonly set: string
}

/** What a query's rows hold, and the points that they become. */
export interface RowQuery {
  readonly name: string
  readonly columns: readonly RowColumn[]
  /** What code adds to each row, after the columns. */
  readonly computed: readonly RowColumn[]
  readonly top?: TopRowsQuery
  readonly fallsWhenReset: boolean
  readonly identity: readonly number[]
  readonly onDuplicate?: 'sum' | 'max'
  readonly points: readonly RowPoint[]
}
