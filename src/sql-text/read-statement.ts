import { commentTagsOf } from './comment-tags.ts'
import { hashOf } from './fingerprint.ts'
import { lex } from './lexer.ts'
import { normalFormOf } from './normal-form.ts'
import { type Relation, relationsOf } from './relations.ts'
import { type RenderStyle, render } from './render.ts'
import type { StatementText } from './statement-texts.ts'
import { summarize } from './summary.ts'
import type { Token } from './token.ts'

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

/**
 * What stands for values where the parser reads: every version's grammar takes it where it took the value. A parameter
 * in the place of a value (pg_stat_statements writes them) may stand where the grammar takes none, so it is tried as a
 * string and as a number first.
 */
const attempts: readonly RenderStyle[] = [
  { string: "''", number: '1', param: "''", arrays: 'whole' },
  { string: "''", number: '1', param: '1', arrays: 'whole' },
  { string: "''", number: '1', arrays: 'whole' },
]

interface Parsed {
  readonly sql: string
  readonly fingerprint: string
  readonly relations: readonly Relation[] | undefined
}

interface Unparsed {
  readonly endsEarly: boolean
}

/**
 * Reads one statement, or several with semicolons between them.
 *
 * The fingerprint is libpg_query's of the text without its values. That is the one of the text itself but for commands
 * where libpg_query counts a value in (the password of an ALTER ROLE, the payload of a NOTIFY): a hash of those would
 * let anyone who sees it try passwords.
 * @param tagKeys the comments' keys that are kept
 */
export function readStatement(sql: string, parser: SqlParser, tagKeys: readonly string[]): StatementText {
  const tokens = lex(sql)
  const text = normalFormOf(sql, tokens)
  const tags = commentTagsOf(sql, tokens, tagKeys)
  const outcome = parseText(sql, tokens, parser)
  if ('endsEarly' in outcome) {
    return { fingerprint: hashOf(text, outcome.endsEarly), text, ...summarize(text, lex(text), undefined), tags }
  }
  // Where a string can be read in two ways, a name may be part of a value: only what comes before it is told.
  const sure = tokens.every(({ doubt }) => doubt === undefined) && outcome.relations !== undefined
  const summary = sure
    ? summarize(outcome.sql, lex(outcome.sql), outcome.relations)
    : summarize(text, lex(text), undefined)
  return { fingerprint: outcome.fingerprint, text, ...summary, tags }
}

function parseText(sql: string, tokens: readonly Token[], parser: SqlParser): Parsed | Unparsed {
  if (tokens.at(-1)?.doubt === 'open') return { endsEarly: true }
  const hasParams = tokens.some(({ kind }) => kind === 'param')
  let endsEarly = false
  for (const style of hasParams ? attempts : attempts.slice(0, 1)) {
    const text = render(sql, tokens, style)
    if (text === '' || text.length > longestFingerprint) break
    try {
      const tree = text.length > longestTree ? undefined : parser.parse(text)
      const relations = tree === undefined ? undefined : relationsOf(tree)
      return { sql: text, fingerprint: parser.fingerprint(text), relations }
    } catch (error) {
      endsEarly ||= error instanceof Error && error.message.includes('at end of input')
    }
  }
  return { endsEarly }
}
