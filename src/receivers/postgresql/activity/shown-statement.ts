import type { ShownText } from '../../../sql-text/pool/statement-texts.ts'
import { bytesShown } from '../connection/session-settings.ts'

/** What a statement of pg_stat_get_activity is asked with: its text, the text's bytes, and where the server cuts. */
export function statementColumns(activity: string): string {
  return `${activity}.query, octet_length(${activity}.query), current_setting('track_activity_query_size')`
}

/** So many bytes of a character that didn't fit whole may be missing. */
const longestRest = 3

/**
 * The text, and whether it was cut: the server cuts without saying so.
 * @param bytes in the encoding of who sent it
 * @param size track_activity_query_size as the server shows it; a byte of it is the final zero
 */
export function shownStatement(sql: string, bytes: string | undefined, size: string | undefined): ShownText {
  const room = bytesShown(size ?? '') - 1
  const least = Buffer.byteLength(sql) === sql.length ? room : room - longestRest
  return room > 0 && Number(bytes) >= least ? { cut: sql } : sql
}
