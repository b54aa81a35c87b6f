import { hash } from 'node:crypto'
import { lex } from './lexer.ts'

/**
 * A hash for a text that no parser takes, from its normal form: the same for texts that differ in values, white space,
 * comments or upper case.
 * @param cut the text goes on where it came from: it is hashed up to a mark that two cuts of one statement are likely to
 * share, though longer values end one a few tokens earlier
 * @returns 16 lower-case hex digits
 */
export function hashOf(normalForm: string, cut: boolean): string {
  const tokens = lex(normalForm).map(({ kind, start, end }) => {
    const text = normalForm.slice(start, end)
    if (kind === 'param') return '?'
    return kind === 'word' ? text.toLowerCase() : text
  })
  const kept = cut ? tokens.slice(0, lastMark(tokens.length - 1)) : tokens
  return hash('sha256', kept.join(' ')).slice(0, 16)
}

/** The largest of 4, 6, 9, 14, 21, ... that isn't larger; below 4 the number itself. */
function lastMark(count: number): number {
  let mark = Math.min(4, count)
  for (let next = mark; next <= count && next >= 4; next = Math.ceil(next * 1.5)) mark = next
  return Math.max(mark, 1)
}
