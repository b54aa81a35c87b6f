/** Fields of a log line: numbers, short strings. Never a secret, never one line per point. */
export type LogFields = Readonly<Record<string, unknown>>

/** One sentence and fields. ERROR: data lost; WARN: degraded; INFO: start, stop, change of state; DEBUG: per scrape. */
export interface Logger {
  error(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  debug(message: string, fields?: LogFields): void
  /** A logger that adds these fields to every line. */
  child(fields: LogFields): Logger
}
