import { keywords, optionWords } from './keywords.ts'
import { type Token, wordOf } from './token.ts'

/** PostgreSQL cuts names there, so that the parser's are no longer. */
const longestNameBytes = 63

/**
 * The tokens with every word that is neither a keyword nor one of the names as a `hidden_name`: it is a value that is
 * written without quotes.
 */
export function withValuesHidden(
  sql: string,
  tokens: readonly Token[],
  names: ReadonlySet<string>,
): { readonly tokens: readonly Token[]; readonly anyHidden: boolean } {
  let anyHidden = false
  const shown = tokens.map((token): Token => {
    if (token.kind !== 'word' && token.kind !== 'quoted_name') return token
    const word = wordOf(sql, token)
    if (keywords.has(word) || optionWords.has(word) || names.has(nameIn(sql, token))) return token
    anyHidden = true
    return { ...token, kind: 'hidden_name' }
  })
  return { tokens: shown, anyHidden }
}

/** The name as the parser has it; one with escapes stays as it is written, so that nobody knows it. */
function nameIn(sql: string, { kind, start, end }: Token): string {
  const written = sql.slice(start, end)
  // Letters beyond ASCII are as they are written.
  if (kind === 'word') return cutName(written.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase()))
  const isPlain = written.startsWith('"')
  if (!isPlain && written.includes('\\')) return written
  return cutName(written.slice(isPlain ? 1 : 3, -1).replaceAll('""', '"'))
}

function cutName(name: string): string {
  const bytes = Buffer.from(name)
  if (bytes.length <= longestNameBytes) return name
  // Never within a character.
  let end = longestNameBytes
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--
  return bytes.toString('utf8', 0, end)
}
