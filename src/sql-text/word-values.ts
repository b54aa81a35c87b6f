import { symbolOf, type Token, wordOf } from './token.ts'

/**
 * Values that are written as bare words: `SET app.user TO alice`, `ALTER ROLE r SET app.key = secret`, an unquoted
 * password. Gives the tokens with these as strings, and without the rows that follow `COPY ... FROM STDIN;`.
 */
export function withWordValues(sql: string, tokens: readonly Token[]): readonly Token[] {
  const result: Token[] = []
  for (const statement of statements(sql, tokens)) {
    const values = valuesOf(sql, statement)
    for (const token of statement) result.push(values.has(token) ? { ...token, kind: 'string' } : token)
    if (readsRows(sql, statement)) break
  }
  return result
}

/** The tokens of each statement, its semicolon included. */
export function* statements(sql: string, tokens: readonly Token[]): Generator<readonly Token[]> {
  let from = 0
  for (const [index, token] of tokens.entries()) {
    if (symbolOf(sql, token) !== ';') continue
    yield tokens.slice(from, index + 1)
    from = index + 1
  }
  if (from < tokens.length) yield tokens.slice(from)
}

function valuesOf(sql: string, statement: readonly Token[]): ReadonlySet<Token> {
  const values = new Set<Token>()
  const parts = statement.filter(({ kind }) => kind !== 'comment')
  const ofRole = ['GROUP', 'ROLE', 'USER'].includes(wordOf(sql, parts[1]))
  let updates = false
  for (const [index, token] of parts.entries()) {
    const text = wordOf(sql, token)
    updates ||= text === 'UPDATE'
    if (text === 'SET') addSettingValues(sql, parts, index, updates, values)
    const next = parts[index + 1]
    if (text === 'PASSWORD' && ofRole && next !== undefined) {
      if (wordOf(sql, next) !== 'NULL' && next.kind !== 'symbol') values.add(next)
    }
  }
  return values
}

/** @param updates it may be the SET of an UPDATE: what follows `=` is an expression then */
function addSettingValues(
  sql: string,
  parts: readonly Token[],
  setAt: number,
  updates: boolean,
  values: Set<Token>,
): void {
  let at = setAt + 1
  if (['LOCAL', 'SESSION'].includes(wordOf(sql, parts[at]))) at++
  if (wordOf(sql, parts[at]) === 'TIME' && wordOf(sql, parts[at + 1]) === 'ZONE') at += 2
  else {
    while (isName(parts[at]) && symbolOf(sql, parts[at + 1]) === '.') at += 2
    at++
    if (wordOf(sql, parts[at]) !== 'TO' && (updates || symbolOf(sql, parts[at]) !== '=')) return
    at++
  }
  // A plain SET has nothing behind its values; a function's has more clauses, so there a list ends without a comma.
  const toTheEnd = setAt === 0
  for (let token = parts[at]; token !== undefined; token = parts[++at]) {
    if (isName(token) && !['DEFAULT', 'INTERVAL'].includes(wordOf(sql, token))) values.add(token)
    if (!toTheEnd && symbolOf(sql, parts[at + 1]) !== ',' && symbolOf(sql, token) !== ',') return
  }
}

function isName(token: Token | undefined): boolean {
  return token?.kind === 'word' || token?.kind === 'quoted_name'
}

function readsRows(sql: string, statement: readonly Token[]): boolean {
  if (
    wordOf(
      sql,
      statement.find(({ kind }) => kind !== 'comment'),
    ) !== 'COPY'
  )
    return false
  return statement.some(
    (token, index) => wordOf(sql, token) === 'STDIN' && wordOf(sql, statement[index - 1]) === 'FROM',
  )
}
