import { lex, withSigns } from './lexer.ts'
import { render } from './render.ts'
import type { Token } from './token.ts'
import { withWordValues } from './word-values.ts'

/**
 * SQL without its values and comments: `?` for every value, `$1` as it stands, TRUE, FALSE and NULL kept, white space
 * made one space, lists made short. Works on anything: of what is cut, or can be read in two ways, it keeps what comes
 * before. Names stay, quoted or not.
 *
 * For the fragments of a plan too. Not for messages of errors: those put values in double quotes, as names are.
 */
export function normalForm(sql: string): string {
  return normalFormOf(sql, lex(sql))
}

export function normalFormOf(sql: string, tokens: readonly Token[]): string {
  const doubtful = tokens.findIndex(({ doubt }) => doubt !== undefined)
  const sure = doubtful === -1 ? tokens : tokens.slice(0, doubtful + 1)
  return render(sql, withWordValues(sql, withSigns(sql, sure)), { string: '?', number: '?', arrays: 'short' })
}
