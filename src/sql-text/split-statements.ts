import { symbolOf, type Token, wordOf } from './token.ts'

/** The tokens without the rows that may follow `COPY ... FROM STDIN;`. */
export function withoutRows(sql: string, tokens: readonly Token[]): readonly Token[] {
  let end = 0
  for (const statement of statements(sql, tokens)) {
    end += statement.length
    if (readsRows(sql, statement)) break
  }
  return tokens.slice(0, end)
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

function readsRows(sql: string, statement: readonly Token[]): boolean {
  const significant = statement.filter(({ kind }) => kind !== 'comment')
  if (wordOf(sql, significant[0]) !== 'COPY') return false
  const words = significant.map((token) => wordOf(sql, token))
  return words.some((word, index) => word === 'STDIN' && words[index - 1] === 'FROM')
}
