/** A text that is whole, or the beginning of one. */
export type ShownText = string | { readonly cut: string }

/** What a statement's text says without its values. */
export interface StatementText {
  /**
   * 16 lower-case hex digits: libpg_query's fingerprint of the text without its values, or a hash of what is shown of it
   * where it doesn't parse. The same for what pg_stat_statements and pg_stat_activity show of one statement.
   */
  readonly fingerprint: string
  /**
   * Keywords, operators and names, `?` for everything else and for parameters, no comments, white space made one space, of
   * IN, VALUES and ARRAY lists the elements that differ by more than values. Of any length. `undefined` where values
   * can't be separated from the rest: the text doesn't parse and isn't cut, or depends on standard_conforming_strings.
   */
  readonly text: string | undefined
  /** `SELECT`, `INSERT`, `CREATE TABLE`, ..., in upper case; `undefined` where it isn't known. */
  readonly operation: string | undefined
  /** The one table that it names, as written (`public.orders`); `undefined` where there are several, none, or no parse. */
  readonly collection: string | undefined
  /** OpenTelemetry's db.query.summary: operations and targets, e.g. `SELECT orders customers`; at most 255 characters. */
  readonly summary: string
  /** Whether the server's id of it is the same whatever its values are, so that it gives nothing of them away. */
  readonly hasSafeId: boolean
  /** From its comments, only those that were allowed: `traceparent`, `nr_service_guid`. */
  readonly tags: Readonly<Record<string, string>>
}

/** Reads the texts of statements off the collector's main thread and heap. */
export interface StatementTexts {
  /**
   * @param texts as pg_stat_statements and pg_stat_activity show them: normalized or not, of any size
   * @returns one for each, in order; `undefined` where it couldn't be read within the limits of time and memory
   * @throws the signal's reason when it aborts, nothing else
   */
  read(texts: readonly ShownText[], signal: AbortSignal): Promise<readonly (StatementText | undefined)[]>
  /**
   * Replaces the values in fragments of SQL, as the expressions of a plan are. Not for the messages of errors, which put
   * values in double quotes: `redactMessage` is for those.
   * @returns one for each; `undefined` where it couldn't be done: then the fragment must not be sent
   */
  redact(fragments: readonly string[], signal: AbortSignal): Promise<readonly (string | undefined)[]>
  /** Ends what runs. */
  close(): Promise<void>
}
