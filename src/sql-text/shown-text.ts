import type { ShownText } from './pool/statement-texts.ts'

export function sqlOf(shown: ShownText): string {
  return typeof shown === 'string' ? shown : shown.cut
}

/** The text at so many characters at most. */
export function shownUpTo(shown: ShownText, chars: number): ShownText {
  const sql = sqlOf(shown)
  // Half a surrogate pair has no UTF-8.
  const kept = sql.slice(0, chars).toWellFormed()
  return typeof shown === 'string' && sql.length <= chars ? kept : { cut: kept }
}
