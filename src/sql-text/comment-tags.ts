import { lex } from './lexer.ts'
import { symbolOf, type Token } from './token.ts'
import { parseTraceparent } from './traceparent.ts'

const longestValue = 255

/** `key='url%20encoded'` (https://google.github.io/sqlcommenter/spec/) and `key="..."` (New Relic's agents). */
const pair = /([\w.%-]{1,255})\s{0,8}=\s{0,8}(?:'((?:[^'\\]|\\.){0,2000})'|"([^"]{0,2000})")/g

/** What identifiers are made of; a value with anything else might be somebody's data. */
const plainValue = /^[\w.:=+/|@-]+$/

/** The tags in the comments before and after a statement, of these keys only. What is no plain identifier is left out. */
export function commentTags(sql: string, keys: readonly string[]): Readonly<Record<string, string>> {
  return commentTagsOf(sql, lex(sql), keys)
}

export function commentTagsOf(sql: string, tokens: readonly Token[], keys: readonly string[]): Record<string, string> {
  const tags = new Map<string, string>()
  for (const comment of outerComments(sql, tokens)) {
    for (const [, rawKey = '', single, double] of comment.matchAll(pair)) {
      const key = decoded(rawKey)
      const value = decoded(single?.replaceAll(/\\(.)/g, '$1') ?? double ?? '')
      if (keys.includes(key) && !tags.has(key) && allowed(key, value)) tags.set(key, value)
    }
  }
  return Object.fromEntries(tags)
}

function* outerComments(sql: string, tokens: readonly Token[]): Generator<string> {
  const isInner = (token: Token) => token.kind !== 'comment' && symbolOf(sql, token) !== ';'
  const [first, last] = [tokens.findIndex(isInner), tokens.findLastIndex(isInner)]
  for (const [index, token] of tokens.entries()) {
    // One that is cut may have lost the end of its last value.
    const whole = token.kind === 'comment' && token.doubt === undefined && sql[token.start] === '/'
    if (whole && (index < first || index > last)) yield sql.slice(token.start + 2, token.end - 2)
  }
}

function allowed(key: string, value: string): boolean {
  if (value.length > longestValue || !plainValue.test(value)) return false
  return key !== 'traceparent' || parseTraceparent(value) !== undefined
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
