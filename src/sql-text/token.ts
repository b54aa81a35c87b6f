/** A piece of SQL, as PostgreSQL's lexer cuts it, as far as it matters for telling values from the rest. */
export interface Token {
  /**
   * `string`: every quoted value (plain, E'', U&'', B'', X'', N'', dollar-quoted), and what may be the start of one.
   * `word`: a keyword or an unquoted name. `param`: `$1`. `symbol`: an operator, or one character of punctuation.
   * `hidden_name`: a word or quoted name that isn't known to be a name; the lexer makes none.
   */
  readonly kind: 'comment' | 'string' | 'number' | 'param' | 'word' | 'quoted_name' | 'hidden_name' | 'symbol'
  /** Where it starts and ends in the text, in UTF-16 units. */
  readonly start: number
  readonly end: number
  /** White space or a comment comes before it. */
  readonly spaced: boolean
  /**
   * `open`: the text ends within it. `ambiguous`: nothing around it can be told from a value. A string that ends
   * elsewhere where standard_conforming_strings is off, quotes that aren't ASCII, quotes where none can be meant.
   */
  readonly doubt?: 'open' | 'ambiguous'
}

/** The token as an upper-case word; empty for everything that isn't one. */
export function wordOf(sql: string, token: Token | undefined): string {
  return token?.kind === 'word' ? sql.slice(token.start, token.end).toUpperCase() : ''
}

/** The token as a symbol; empty for everything that isn't one. */
export function symbolOf(sql: string, token: Token | undefined): string {
  return token?.kind === 'symbol' ? sql.slice(token.start, token.end) : ''
}
