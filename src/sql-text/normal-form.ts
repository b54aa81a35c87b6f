import { lex, withSigns } from './lexer.ts'
import { render } from './render.ts'
import type { Token } from './token.ts'

/**
 * A fragment of SQL without its values and comments: `?` for every value, `$1` as it stands, TRUE, FALSE and NULL kept,
 * white space made one space, lists made short. Works on anything: of what is cut, or can be read in two ways, it keeps
 * what comes before. Names stay, quoted or not.
 *
 * For what the server itself writes, as the expressions of a plan. Not for statements, some of which have values that are
 * words, nor for messages of errors, which put values in double quotes, as names are.
 */
export function normalForm(sql: string): string {
  return shortened(sql, lex(sql), undefined)
}

/** As {@link normalForm}, of a statement: parameters are `?` too, whoever made them of values. */
export function statementForm(sql: string, tokens: readonly Token[]): string {
  return shortened(sql, tokens, '?')
}

function shortened(sql: string, tokens: readonly Token[], param: string | undefined): string {
  const doubtful = tokens.findIndex(({ doubt }) => doubt !== undefined)
  const sure = doubtful === -1 ? tokens : tokens.slice(0, doubtful + 1)
  const params = param === undefined ? {} : { param }
  return render(sql, withSigns(sql, sure), { string: '?', number: '?', hiddenName: '?', arrays: 'short', ...params })
}
