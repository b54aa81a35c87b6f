/** What a statement's text says without its values. */
export interface StatementText {
  /** 16 lower-case hex digits: libpg_query's fingerprint, or a hash of the text without values where it doesn't parse. */
  readonly fingerprint: string
  /** The text with `$1`, `$2`, ... or `?` for every literal, without comments, whitespace made one space; not cut. */
  readonly text: string
  /** `SELECT`, `INSERT`, `CREATE TABLE`, ...; `undefined` where it can't be told. */
  readonly operation: string | undefined
  /** The one table that it is about; `undefined` where there are several or none. */
  readonly collection: string | undefined
  /** OpenTelemetry's db.query.summary: operations and targets, e.g. `SELECT orders customers`; at most 255 characters. */
  readonly summary: string
  /** From its comments, only those that were allowed: `traceparent`, `nr_service_guid`. */
  readonly tags: Readonly<Record<string, string>>
}

/** Reads the texts of statements off the collector's main thread and heap. */
export interface StatementTexts {
  /**
   * @param texts as pg_stat_statements and pg_stat_activity show them: normalized or not, cut or not, of any size
   * @returns one for each, in order; `undefined` where it couldn't be read within the limits of time and memory
   * @throws the signal's reason when it aborts, nothing else
   */
  read(texts: readonly string[], signal: AbortSignal): Promise<readonly (StatementText | undefined)[]>
  /**
   * Replaces the literals in fragments of SQL (the expressions of a plan, the message of an error).
   * @returns one for each; `undefined` where it couldn't be done: then the fragment must not be sent
   */
  redact(fragments: readonly string[], signal: AbortSignal): Promise<readonly (string | undefined)[]>
  /** Ends what runs. */
  close(): Promise<void>
}
