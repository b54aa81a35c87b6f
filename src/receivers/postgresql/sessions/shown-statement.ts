import type { ShownText } from '../../../sql-text/statement-texts.ts'

/** What a statement of pg_stat_get_activity is asked with: its text, the text's bytes, and where the server cuts. */
export function statementColumns(activity: string): string {
  return `${activity}.query, octet_length(${activity}.query), current_setting('track_activity_query_size')`
}

const unitBytes: Readonly<Record<string, number>> = { B: 1, kB: 1_024, MB: 1_048_576 }

/** So many bytes of a character that didn't fit whole may be missing. */
const longestRest = 3

/**
 * The text as its reader must know it: the server cuts without saying so.
 * @param bytes in the encoding of who sent it
 * @param size track_activity_query_size as the server shows it; a byte of it is the final zero
 */
export function shownStatement(sql: string, bytes: string | undefined, size: string | undefined): ShownText {
  const [, digits = '', unit = ''] = /^(\d+)(\w+)$/.exec(size ?? '') ?? []
  const room = Number(digits) * (unitBytes[unit] ?? 0) - 1
  const least = Buffer.byteLength(sql) === sql.length ? room : room - longestRest
  return room > 0 && Number(bytes) >= least ? { cut: sql } : sql
}
