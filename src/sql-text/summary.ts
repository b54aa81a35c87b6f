import { commandOf } from './command.ts'
import type { Relation } from './relations.ts'
import { statements } from './split-statements.ts'
import { symbolOf, type Token, wordOf } from './token.ts'

/** What a statement does, by OpenTelemetry's conventions for databases. */
export interface Summary {
  readonly operation: string | undefined
  readonly collection: string | undefined
  readonly summary: string
}

interface Part {
  readonly at: number
  readonly text: string
  readonly target: boolean
}

const longestSummary = 255

/** Commands that hold others, which are operations of their own. */
const holders = new Set(
  [
    'COPY',
    'DECLARE',
    'DELETE',
    'EXPLAIN',
    'INSERT',
    'MERGE',
    'PREPARE',
    'SELECT',
    'TABLE',
    'UPDATE',
    'VALUES',
    'WITH',
  ].concat(['CREATE TABLE', 'CREATE VIEW', 'CREATE MATERIALIZED VIEW']),
)

/**
 * Operations and targets in the order of the text, as in `INSERT shipping_details SELECT orders`: operations in upper
 * case, targets as written
 * (https://opentelemetry.io/docs/specs/semconv/database/database-spans/#generating-a-summary-of-the-query).
 * @param relations what the parse tree of this very text names; absent where it has none: then the first words only
 */
export function summarize(sql: string, tokens: readonly Token[], relations: readonly Relation[] | undefined): Summary {
  const significant = tokens.filter(({ kind }) => kind !== 'comment')
  const parts = [...statements(sql, significant)].flatMap((statement) =>
    operationsOf(sql, statement, relations !== undefined),
  )
  const targets = relations === undefined ? [] : targetsOf(sql, significant, relations)
  const ordered = [...parts, ...targets].toSorted((left, right) => left.at - right.at)
  const names = new Set(targets.map(({ text }) => text))
  return {
    operation: mainOperation(sql, significant, ordered),
    collection: names.size === 1 ? names.values().next().value : undefined,
    summary: joined(ordered),
  }
}

function operationsOf(sql: string, statement: readonly Token[], parsed: boolean): Part[] {
  const command = commandOf(sql, statement)
  const first = statement[0]
  if (command === undefined || first === undefined) return []
  const parts: Part[] = command === 'WITH' && parsed ? [] : [{ at: first.start, text: command, target: false }]
  if (command === 'CALL' && parsed) parts.push(...nameAt(sql, statement, 1))
  if (!parsed || !holders.has(command)) return parts
  const head = statement.findIndex((token) => token.kind === 'word')
  for (const [index, token] of statement.entries()) {
    if (index <= head) continue
    const text = wordOf(sql, token)
    if (
      isOperation(
        text,
        wordOf(sql, statement[index - 1]),
        symbolOf(sql, statement[index - 1]),
        wordOf(sql, statement[index + 1]),
      )
    )
      parts.push({ at: token.start, text, target: false })
  }
  return parts
}

/** Whether a word inside a statement begins another: not the UPDATE of FOR UPDATE, DO UPDATE or THEN UPDATE. */
function isOperation(text: string, wordBefore: string, symbolBefore: string, wordAfter: string): boolean {
  if (text === 'SELECT') return true
  const starts = ['(', ')'].includes(symbolBefore) || ['ANALYZE', 'AS', 'EXPLAIN', 'VERBOSE'].includes(wordBefore)
  switch (text) {
    case 'UPDATE':
      return starts
    case 'INSERT':
    case 'MERGE':
      return starts && wordAfter === 'INTO'
    case 'DELETE':
      return starts && wordAfter === 'FROM'
    default:
      return false
  }
}

function targetsOf(sql: string, tokens: readonly Token[], relations: readonly Relation[]): Part[] {
  const indexes = new Map(tokens.map((token, index) => [token.start, index]))
  return utf16Offsets(sql, relations).flatMap((start) => nameAt(sql, tokens, indexes.get(start) ?? tokens.length))
}

/** A name, qualified or not, as it is written. */
function nameAt(sql: string, tokens: readonly Token[], index: number): Part[] {
  const isName = (token: Token | undefined) => token?.kind === 'word' || token?.kind === 'quoted_name'
  const first = tokens[index]
  if (first === undefined || !isName(first)) return []
  let last = index
  while (symbolOf(sql, tokens[last + 1]) === '.' && isName(tokens[last + 2])) last += 2
  return [{ at: first.start, text: sql.slice(first.start, tokens[last]?.end), target: true }]
}

/** Where in the string the relations start; they come in ascending order. */
function utf16Offsets(sql: string, relations: readonly Relation[]): number[] {
  const bytes = Buffer.from(sql)
  if (bytes.length === sql.length) return relations.map(({ location }) => location)
  let [byte, offset] = [0, 0]
  return relations.map(({ location }) => {
    offset += bytes.toString('utf8', byte, location).length
    byte = location
    return offset
  })
}

/** Of a WITH it is what follows its queries. */
function mainOperation(sql: string, tokens: readonly Token[], parts: readonly Part[]): string | undefined {
  const operations = parts.filter(({ target }) => !target)
  if (wordOf(sql, tokens[0]) !== 'WITH') return operations[0]?.text
  let depth = 0
  for (const token of tokens) {
    const bracket = symbolOf(sql, token)
    if (bracket === '(') depth++
    else if (bracket === ')') depth--
    else if (depth === 0) {
      const here = operations.find(({ at, text }) => at === token.start && text !== 'WITH')
      if (here !== undefined) return here.text
    }
  }
  return undefined
}

/** Whole parts only, a target once for each operation. */
function joined(parts: readonly Part[]): string {
  let summary = ''
  let targets = new Set<string>()
  for (const { text, target } of parts) {
    if (!target) targets = new Set()
    else if (targets.has(text)) continue
    else targets.add(text)
    const longer = summary === '' ? text : `${summary} ${text}`
    if (longer.length > longestSummary) break
    summary = longer
  }
  return summary
}
