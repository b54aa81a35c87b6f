import type { ResetToken, StatisticsEpoch } from '../pdata/reading.ts'

/** The counters of a row that are compared together (see {@link CounterRow}). */
export interface RowValues {
  /** What they are, by names that stay the same. Rows with the same columns share one object. */
  readonly columns: readonly string[]
  /** The server's own numbers; `null` where there was none that could be counted. */
  readonly values: readonly (number | bigint | null)[]
}

/** What is remembered of a series (or of a row of a query with top rows) between two readings: what the next value is compared with. */
export interface Baseline {
  /** The query that fed it (see {@link Reading.query}). */
  readonly query: string
  /** The server's own number; `undefined` while the series was seen only with values that can't be counted. */
  readonly value: number | bigint | undefined
  /** Of a row of a query with top rows, in place of the value. */
  readonly row?: RowValues
  /** When that value was read. */
  readonly timeMs: number
  /** When the series was last seen, with a value that counts or not. */
  readonly seenMs: number
  /** Since when the server has counted up to `value`, as far as was seen: the start of a cumulative point. */
  readonly sinceMs: number
  readonly token?: ResetToken
  readonly epoch: StatisticsEpoch
}

/** The last complete result of a query of which every part was stored: a series that isn't in it didn't exist then. */
export interface LastComplete {
  readonly filter: string
  readonly startedMs: number
  readonly timeMs: number
  readonly epoch: StatisticsEpoch
}

/** A baseline and the key of its series. */
export interface SeriesBaseline {
  readonly key: string
  readonly baseline: Baseline
}

/** The baselines and complete results of the readings before. */
export interface BaselineReader {
  baseline(query: string, key: string): Baseline | undefined
  lastComplete(query: string): LastComplete | undefined
}
