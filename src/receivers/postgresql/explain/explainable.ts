import { withGrammar } from './normalized-text.ts'
import { absent, type PlanAbsence } from './plan-absence.ts'

/** Longer ones are made by programs; parsing them and reading their plans costs too much. */
const maxTextLength = 32_768

const keywords: ReadonlySet<string> = new Set([
  'SELECT',
  'INSERT',
  'UPDATE',
  'DELETE',
  'MERGE',
  'VALUES',
  'WITH',
  'TABLE',
])

/** A statement that can be prepared. */
export interface Explainable {
  readonly kind: 'explainable'
  /** Without comments before it, and as the grammar takes it with parameters for literals. */
  readonly text: string
  /** The largest n of its `$n`. */
  readonly parameters: number
  /** It may write or lock rows; true too often rather than too seldom. */
  readonly writes: boolean
}

/** @param text as pg_stat_statements has it: whole, `$n` for every literal */
export function explainable(text: string): Explainable | PlanAbsence {
  if (text.length > maxTextLength) return absent('too_long')
  // Nothing else separates statements in PostgreSQL's grammar; one in a name or a comment is refused as well.
  if (text.includes(';')) return absent('several_statements')
  const bare = text.slice(endOfComments(text))
  const keyword = /^[\s(]*([A-Za-z]+)/.exec(bare)?.[1]?.toUpperCase() ?? ''
  if (!keywords.has(keyword)) return absent('unsupported_statement')
  const numbers = Array.from(bare.matchAll(/\$(\d{1,5})/g), ([, digits]) => Number(digits))
  return {
    kind: 'explainable',
    text: withGrammar(bare),
    parameters: numbers.reduce((largest, number) => Math.max(largest, number), 0),
    writes: /\b(?:insert|update|delete|merge|share)\b/i.test(bare),
  }
}

/** Where the first thing begins that is neither white space nor a comment. */
function endOfComments(text: string): number {
  let at = 0
  for (;;) {
    const blank = /^(?:\s|--[^\n\r]*)+/.exec(text.slice(at))?.[0].length ?? 0
    at += blank
    if (!text.startsWith('/*', at)) return at
    at = endOfBlock(text, at)
  }
}

/** Block comments nest. */
function endOfBlock(text: string, start: number): number {
  let depth = 0
  for (let at = start; at < text.length; ) {
    if (text.startsWith('/*', at)) depth += 1
    else if (text.startsWith('*/', at)) depth -= 1
    else {
      at += 1
      continue
    }
    at += 2
    if (depth === 0) return at
  }
  return text.length
}
