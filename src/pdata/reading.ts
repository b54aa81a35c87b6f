/**
 * When counters were last zeroed, as the server says it: a token that moves, not a clock.
 * Equality is by `text`; `timeMs` is the same moment on the collector's clock.
 */
export interface ResetToken {
  /** The raw text of the server's timestamp, or `''` where the server says NULL. */
  readonly text: string
  /** Milliseconds since the Unix epoch on the collector's clock; `undefined` where the server says NULL. */
  readonly timeMs: number | undefined
  /** Whether it moves when these counters are zeroed, and only then, and is read in one snapshot with them. */
  readonly exact: boolean
}

/**
 * Which life of which statistics these counters belong to: the server's identity and the reset timestamps of views that
 * a crash zeroes (bgwriter and archiver). Two servers, or one server before and after a crash, never share all of them.
 */
export interface StatisticsEpoch {
  /** PostgreSQL's system identifier (or another identity where it can't be read). */
  readonly server: string
  readonly witnesses: readonly ResetToken[]
  /**
   * When the server's processes started, as they do anew after a crash; `undefined` where it can't be read. It moves
   * with a crash, but not with a reset by hand, which may set all witnesses to one moment too.
   */
  readonly incarnation?: ResetToken
}

/** One result (or one part of it) of one query. All times are milliseconds since the Unix epoch on the collector's clock. */
export interface Reading {
  /** What was read; stable across restarts: configured endpoint, database oid, query. */
  readonly query: string
  /**
   * A digest of all that decides which series a complete result holds (statement, enabled points, databases left out).
   * While it stays the same, a series that is absent from a complete result did not exist then.
   */
  readonly filter: string
  /** When the first statement of the whole result was sent; the same in every part of one result. */
  readonly startedMs: number
  /** When this part arrived: the time of its points. */
  readonly timeMs: number
  readonly epoch: StatisticsEpoch
  /** Whether this part completes the whole result. Never true for a result that was cut by a limit or failed midway. */
  readonly completes: boolean
}
