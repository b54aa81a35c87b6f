import type { Attributes } from './attributes.ts'
import type { MetricInfo } from './metric.ts'
import type { Reading, ResetToken } from './reading.ts'
import type { Series } from './series.ts'

/** What the points are about. Points of one resource share one object, which is how they are grouped. */
export interface Resource {
  readonly attributes: Attributes
}

/** The instrumentation scope (OTLP `InstrumentationScope`). One object, like the resource. */
export interface Scope {
  readonly name: string
  readonly version: string
}

/** One value of one series. Counters are cumulative here: the server's own number. */
export interface Point {
  readonly series: Series
  /** For `int` metrics a safe integer or a bigint; for `double` metrics a number. */
  readonly value: number | bigint
  /** For counters whose query declares a reset. */
  readonly token?: ResetToken
}

/**
 * The counters of one row of a query with top rows: there are too many rows for series of their own each, so they are
 * compared as rows, and each value's increase is added to the series that it is shown under.
 */
export interface CounterRow {
  /** Configured endpoint, database oid, query, raw identity. */
  readonly key: string
  /** By {@link CounterRows.columns}; `null` where nothing was measured. */
  readonly values: readonly (number | bigint | null)[]
  readonly token?: ResetToken
  /** By column, the series that gets the increase: the row's own, or what stands for the rest; `undefined` for none. */
  readonly targets: readonly (Series | undefined)[]
}

/** All rows of one complete result: they are compared and stored together, or not at all. */
export interface CounterRows {
  /** What the values are, by names that stay the same from version to version. The same list in every result. */
  readonly columns: readonly string[]
  /** By column: all are monotonic. */
  readonly metrics: readonly MetricInfo[]
  readonly rows: readonly CounterRow[]
  /** A value that falls was counted from zero since; never so where a value is a sum over things that come and go. */
  readonly fallsWhenReset: boolean
}

/** What flows from a scraper to an exporter. May be empty: an empty complete result says that nothing exists. */
export interface Batch {
  readonly resource: Resource
  readonly scope: Scope
  readonly reading: Reading
  readonly points: readonly Point[]
  /** Of a query with top rows: all of its rows, the top ones and the others. */
  readonly counterRows?: CounterRows
}
