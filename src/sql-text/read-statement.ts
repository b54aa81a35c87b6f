import { autovacuumCommand } from './autovacuum.ts'
import { commandOf } from './command.ts'
import { commentTagsOf } from './comment-tags.ts'
import { hashOf } from './fingerprint.ts'
import { withValuesHidden } from './hide-values.ts'
import { namesOf } from './known-names.ts'
import { lex } from './lexer.ts'
import { statementForm } from './normal-form.ts'
import type { ShownText, StatementText } from './pool/statement-texts.ts'
import { relationsOf } from './relations.ts'
import { type RenderStyle, render } from './render.ts'
import { hasSafeId } from './safe-id.ts'
import { sqlOf } from './shown-text.ts'
import { statements, withoutRows } from './split-statements.ts'
import { summarize } from './summary.ts'
import { symbolOf, type Token } from './token.ts'

/** PostgreSQL's parser; both functions throw on what it doesn't take. */
export interface SqlParser {
  /** @returns the parse tree as libpg_query's JSON */
  parse(sql: string): unknown
  /** @returns 16 lower-case hex digits */
  fingerprint(sql: string): string
}

/** The tree of a longer text takes tens of megabytes. Lists are short by then, so that hardly any is longer. */
const longestTree = 64 * 1_024

/** As a parse of 1 MB leaves 400 MB in use. */
const longestFingerprint = 256 * 1_024

const values = { string: "''", number: '1', hiddenName: 'v', arrays: 'whole' } as const

/**
 * What stands for values where the parser reads: every version's grammar takes it where it took the value. A parameter
 * in the place of a value (pg_stat_statements writes them) may stand where the grammar takes none, so it is tried as a
 * string and as a number first.
 */
const attempts: readonly RenderStyle[] = [
  { ...values, param: "''" },
  { ...values, param: '1' },
  { ...values, param: '$1' },
]

const queries: ReadonlySet<string> = new Set('DELETE INSERT MERGE SELECT TABLE UPDATE VALUES WITH'.split(' '))

interface Parsed {
  readonly style: RenderStyle
  readonly sql: string
  /** Absent where it would be too large. */
  readonly tree: unknown
}

/** What the parser makes of a text; `begins` is one that it would take if it went on. */
type Outcome = Parsed | 'begins' | 'refused'

/**
 * Reads one statement, or several with semicolons between them. What it shows is what is known to be no value: of a text
 * that parses, keywords, operators and names in places of names; of the beginning of a query, the same as far as the lexer
 * is sure; of anything else, the command alone.
 *
 * The fingerprint is libpg_query's of the text without its values. That is the one of the text itself but for commands
 * where libpg_query counts a value in (the password of an ALTER ROLE, the payload of a NOTIFY): a hash of those would
 * let anyone who sees it try passwords.
 * @param tagKeys the comments' keys that are kept
 */
export function readStatement(shown: ShownText, parser: SqlParser, tagKeys: readonly string[]): StatementText {
  const isCut = typeof shown !== 'string'
  const given = sqlOf(shown)
  const sql = autovacuumCommand(given) ?? given
  const tokens = withoutRows(sql, lex(sql))
  const outcome = parseText(sql, isCut ? withEndClosed(tokens) : tokens, parser)
  const isWhole = typeof outcome === 'object' && tokens.at(-1)?.doubt === undefined
  if (isWhole && outcome.tree !== undefined) {
    const tags = commentTagsOf(sql, tokens, tagKeys)
    const read = wholeStatement(sql, tokens, outcome, parser)
    return { ...read, hasSafeId: read.hasSafeId && !isCut, tags }
  }
  const isSure = isWhole || (isCut && outcome !== 'refused')
  if (!isSure || !isQuery(sql, tokens)) return commandAlone(sql, tokens)
  const text = statementForm(sql, tokens)
  const fingerprint = (isWhole ? fingerprintOf(outcome.sql, parser) : undefined) ?? hashOf(text, isCut)
  const tags = commentTagsOf(sql, tokens, tagKeys)
  return { fingerprint, text, ...summarize(text, lex(text), undefined), hasSafeId: false, tags }
}

/** A text that is cut may end within a value, which is then complete for this purpose. */
function withEndClosed(tokens: readonly Token[]): readonly Token[] {
  const last = tokens.at(-1)
  if (last?.doubt !== 'open') return tokens
  const { doubt: _, kind, ...rest } = last
  return [...tokens.slice(0, -1), { ...rest, kind: kind === 'quoted_name' ? 'hidden_name' : kind }]
}

function wholeStatement(sql: string, tokens: readonly Token[], parsed: Parsed, parser: SqlParser) {
  const { tree, style } = parsed
  const hidden = withValuesHidden(sql, tokens, namesOf(tree))
  const shown = hidden.anyHidden ? render(sql, hidden.tokens, style) : parsed.sql
  const text = statementForm(sql, hidden.tokens)
  return {
    fingerprint: fingerprintOf(shown, parser) ?? hashOf(text, false),
    text,
    ...summarize(parsed.sql, lex(parsed.sql), relationsOf(tree)),
    hasSafeId: hasSafeId(tree),
  }
}

/** Commands whose words may be values. */
function commandAlone(sql: string, tokens: readonly Token[]): StatementText {
  const doubtful = tokens.findIndex(({ doubt }) => doubt !== undefined)
  const sure = (doubtful === -1 ? tokens : tokens.slice(0, doubtful)).filter(({ kind }) => kind !== 'comment')
  const [first = []] = statements(sql, sure)
  const operation = commandOf(sql, first)
  const summary = operation ?? ''
  return {
    fingerprint: hashOf(summary, false),
    text: undefined,
    operation,
    collection: undefined,
    summary,
    hasSafeId: false,
    tags: {},
  }
}

/** `undefined` for trees that are too deep for the parser's JSON. */
function fingerprintOf(sql: string, parser: SqlParser): string | undefined {
  try {
    return parser.fingerprint(sql)
  } catch {
    return undefined
  }
}

/** Whether it is one query: its words are names and keywords, wherever it is cut. */
function isQuery(sql: string, tokens: readonly Token[]): boolean {
  const significant = tokens.filter(({ kind }) => kind !== 'comment')
  const end = significant.findIndex((token) => symbolOf(sql, token) === ';')
  if (end !== -1 && end < significant.length - 1) return false
  return queries.has(commandOf(sql, significant) ?? '')
}

function parseText(sql: string, tokens: readonly Token[], parser: SqlParser): Outcome {
  if (tokens.some(({ doubt }) => doubt !== undefined)) return 'refused'
  const hasParams = tokens.some(({ kind }) => kind === 'param')
  let outcome: Outcome = 'refused'
  for (const style of hasParams ? attempts : attempts.slice(0, 1)) {
    const text = render(sql, tokens, style)
    if (text === '' || text.length > longestFingerprint) return outcome
    try {
      if (text.length <= longestTree) return { style, sql: text, tree: parser.parse(text) }
      parser.fingerprint(text)
      return { style, sql: text, tree: undefined }
    } catch (error) {
      // The parser's error is at the end: it took everything before.
      if (error instanceof Error && error.message.includes('at end of input')) outcome = 'begins'
    }
  }
  return outcome
}
