import { keywords } from './keywords.ts'
import { commentEnd, dollarEnd, type End, escapedEnd, plainEnd } from './literal-end.ts'
import { symbolOf, type Token, wordOf } from './token.ts'

// PostgreSQL's own rules: src/backend/parser/scan.l. All but ASCII may be part of a name.
const blank = /[ \t\n\r\f\v]+/y
const lineComment = /--[^\n\r]*/y
const word = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y
/** With the letters that follow: whether `1OFFSET` is one token or two differs from version to version. */
const number = /\.?\d(?:[eE][+-](?=\d)|\.(?!\.)|[\w\u0080-\uffff])*/y
/** With the word that follows at once. */
const param = /\$\d+[\w\u0080-\uffff]*/y
const dollarTag = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y
/** What isn't a parameter nor opens a dollar quote, but might once it isn't cut. */
const dollarRest = /\$[\w\u0080-\uffff]*/y
const operator = /[~!@#^&|`?+\-*/%<>=]+/y
const colons = /::|:=/y
const stringPrefix = /(?:[eEbBxXnN]|[uU]&)?'/y
const namePrefix = /(?:[uU]&)?"/y
/** What names are made of. Not in it: spaces and quotes of other scripts, letters that look like them, other digits. */
const lettersOnly = /^(?:[\w$\p{Lu}\p{Ll}\p{Lt}\p{Lo}\p{M}\u3005\u30fc](?<![\u115f\u1160\u3164\uffa0\ua78b\ua78c]))+$/u

type Cut = Pick<Token, 'kind' | 'doubt'> & { readonly end: number }

/**
 * Cuts SQL into tokens as PostgreSQL does with standard_conforming_strings on. Never fails: what is open at the end of
 * the text is one token up to there.
 */
export function lex(sql: string): readonly Token[] {
  const tokens: Token[] = []
  let previous: Token | undefined
  let spaced = false
  for (let at = 0; at < sql.length; ) {
    const blankEnd = matchEnd(blank, sql, at)
    const start = blankEnd ?? at
    spaced ||= blankEnd !== undefined
    if (start === sql.length) break
    let token: Token = { start, spaced, ...cut(sql, start) }
    if (previous !== undefined && continues(sql, previous, token)) {
      const escaped = quoted('string', sql, escapedEnd(sql, start + 1))
      token = { ...previous, ...(/[eE]/.test(sql.charAt(previous.start)) ? escaped : cut(sql, start)) }
      // The comments between them as well.
      tokens.length = tokens.lastIndexOf(previous)
    } else if (token.doubt === undefined && isMisplaced(sql, previous, token)) token = { ...token, doubt: 'ambiguous' }
    tokens.push(token)
    spaced = token.kind === 'comment'
    if (!spaced) previous = token
    at = token.end
  }
  return tokens
}

/** A string goes on in quotes on another line, and backslashes mean there what they mean before. */
function continues(sql: string, previous: Token, token: Token): boolean {
  if (previous.kind !== 'string' || token.kind !== 'string' || sql[token.start] !== "'") return false
  return /[\n\r]/.test(sql.slice(previous.end, token.start))
}

function cut(sql: string, start: number): Cut {
  const first = sql[start]
  if (first === '-' && sql[start + 1] === '-')
    return { kind: 'comment', end: matchEnd(lineComment, sql, start) ?? start }
  if (first === '/' && sql[start + 1] === '*') return quoted('comment', sql, commentEnd(sql, start + 2))
  const stringStart = matchEnd(stringPrefix, sql, start)
  if (stringStart !== undefined) return cutString(sql, start, stringStart)
  const nameStart = matchEnd(namePrefix, sql, start)
  if (nameStart !== undefined) return quoted('quoted_name', sql, plainEnd(sql, nameStart, '"'))
  if (first === '$') return cutDollar(sql, start)
  const wordEnd = matchEnd(word, sql, start)
  if (wordEnd !== undefined) return plain('word', sql, start, wordEnd)
  const numberEnd = matchEnd(number, sql, start)
  if (numberEnd !== undefined) return plain('number', sql, start, numberEnd)
  return { kind: 'symbol', end: matchEnd(colons, sql, start) ?? operatorEnd(sql, start) }
}

function cutString(sql: string, start: number, from: number): Cut {
  if (/[eE]/.test(sql.charAt(start))) return quoted('string', sql, escapedEnd(sql, from))
  const end = plainEnd(sql, from, "'")
  if (end === undefined || end === escapedEnd(sql, from)) return quoted('string', sql, end)
  return { kind: 'string', end, doubt: 'ambiguous' }
}

function cutDollar(sql: string, start: number): Cut {
  const paramEnd = matchEnd(param, sql, start)
  if (paramEnd !== undefined) {
    const digits = /^\d+/.exec(sql.slice(start + 1, paramEnd))?.[0].length ?? 0
    const end = start + 1 + digits
    // pg_stat_statements puts it in the place of a value that the next word may follow at once.
    if (end === paramEnd || keywords.has(sql.slice(end, paramEnd).toUpperCase())) return { kind: 'param', end }
    return { kind: 'param', end: paramEnd, doubt: 'ambiguous' }
  }
  const tagEnd = matchEnd(dollarTag, sql, start)
  if (tagEnd !== undefined) return quoted('string', sql, dollarEnd(sql, tagEnd, sql.slice(start, tagEnd)))
  const end = matchEnd(dollarRest, sql, start) ?? start + 1
  return end === sql.length ? { kind: 'string', end, doubt: 'open' } : { kind: 'string', end }
}

function quoted(kind: 'comment' | 'quoted_name' | 'string', sql: string, end: End): Cut {
  return end === undefined ? { kind, end: sql.length, doubt: 'open' } : { kind, end }
}

/** A quote of another script, or a space, may stand in what PostgreSQL takes for a word, as bytes that it can't read may. */
function plain(kind: 'word' | 'number', sql: string, start: number, end: number): Cut {
  const text = sql.slice(start, end)
  return /^[\w$.+-]*$/.test(text) || lettersOnly.test(text) ? { kind, end } : { kind, end, doubt: 'ambiguous' }
}

/** Whether a quote stands between what nobody writes together: in `'O'Brien'`, or in `5" x 3"`. */
function isMisplaced(sql: string, previous: Token | undefined, token: Token): boolean {
  if (previous === undefined || token.spaced) return false
  const isKeyword = ({ kind, start, end }: Token) =>
    kind === 'word' && keywords.has(sql.slice(start, end).toUpperCase())
  if (token.kind === 'word') return ['string', 'quoted_name'].includes(previous.kind) && !isKeyword(token)
  if (token.kind === 'number') return ['string', 'quoted_name'].includes(previous.kind)
  if (token.kind === 'string' && previous.kind === 'word') return !isKeyword(previous)
  if (token.kind === 'string') return ['number', 'quoted_name'].includes(previous.kind)
  if (token.kind !== 'quoted_name' || previous.kind === 'symbol') return false
  return !isKeyword(previous)
}

/** One operator, up to a comment; `=-` are two, as in `a=-1`. Any other character stands alone. */
function operatorEnd(sql: string, start: number): number {
  const run = sql.slice(start, matchEnd(operator, sql, start) ?? start + 1)
  const comment = run.search(/--|\/\*/)
  const symbol = comment > 0 ? run.slice(0, comment) : run
  if (/[~!@#^&|`?%]/.test(symbol)) return start + symbol.length
  return start + Math.max(1, symbol.replace(/[+-]+$/, '').length)
}

/** Merges a minus into the number that it belongs to, so that `IN (-1, 2)` and `IN (1, 2)` look alike. */
export function withSigns(sql: string, tokens: readonly Token[]): readonly Token[] {
  const merged: Token[] = []
  for (const token of tokens) {
    const sign = merged.at(-1)
    const signed = token.kind === 'number' && symbolOf(sql, sign) === '-' && startsValue(sql, merged.at(-2))
    if (signed && sign !== undefined) merged[merged.length - 1] = { ...token, start: sign.start, spaced: sign.spaced }
    else merged.push(token)
  }
  return merged
}

const beforeValue = new Set(
  'AND BETWEEN BY CASE ELSE FETCH FROM HAVING IN LIKE LIMIT NOT OFFSET ON OR RETURN RETURNING SELECT THEN VALUES WHEN WHERE'.split(
    ' ',
  ),
)

function startsValue(sql: string, token: Token | undefined): boolean {
  if (token?.kind === 'word') return beforeValue.has(wordOf(sql, token))
  return token?.kind === 'symbol' && !/^[)\].]$/.test(symbolOf(sql, token))
}

function matchEnd(pattern: RegExp, sql: string, at: number): End {
  pattern.lastIndex = at
  return pattern.test(sql) ? pattern.lastIndex : undefined
}
