import type { Series } from '../pdata/series.ts'

/** A point as it is sent: with its times, and as a delta where it is a counter and deltas are wanted. */
export interface OutgoingPoint {
  readonly series: Series
  /** Finite; a safe integer for `int` metrics. */
  readonly value: number
  /** Milliseconds since the Unix epoch. Before `endMs` for a delta, the same for gauges and up-down sums. */
  readonly startMs: number
  readonly endMs: number
  readonly temporality: Temporality
}

export type Temporality = 'delta' | 'cumulative'
