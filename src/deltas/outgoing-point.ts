import type { Series } from '../pdata/series.ts'

/** A point as it is sent: counters turned into deltas where deltas are wanted, times set. */
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
