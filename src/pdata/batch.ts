import type { Attributes } from './attributes.ts'
import type { Reading, ResetToken } from './reading.ts'
import type { Series } from './series.ts'

/** What the points are about. Interned: points of one resource share one object, which is how they are grouped. */
export interface Resource {
  readonly attributes: Attributes
}

/** The instrumentation scope (OTLP `InstrumentationScope`). Interned like the resource. */
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

/** What flows from a scraper to an exporter. May be empty: an empty complete result says that nothing exists. */
export interface Batch {
  readonly resource: Resource
  readonly scope: Scope
  readonly reading: Reading
  readonly points: readonly Point[]
}
