import type { Command, TextRow } from '../connection/connection.ts'
import { type StatementKey, textOfKey } from './statement-key.ts'

/** Texts that one reading brings at most, and their characters; the rest comes with the next. */
export const textsAtOnce = 500
const charsAtOnce = 2_000_000
/** Of one text: longer texts are told apart by this much. */
export const longestText = 1_000_000
/** A text comes in rows of so many characters: over a unix socket, a row must fit into the socket. */
const partLength = 8_192
/** Of a character, in UTF-8 and in hex digits. */
const charBytes = { text: 4, hex: 8 } as const

/**
 * The texts of statements, by database and queryid. A text is the same for every role and nesting. The condition spares the
 * join from sorting all texts on disk. At least one comes, however long.
 * @param schema of pg_stat_statements, quoted
 * @param form `hex`: the bytes in the encoding of the database that is asked
 */
export function textsQuery(schema: string, form: 'text' | 'hex'): Command {
  const part = `substr(t.text, p.part * ${partLength} + 1, ${partLength})`
  const text = `SELECT /* otelephant statement_texts */ t.dbid, t.queryid, p.part,
      ${form === 'text' ? part : `encode(convert_to(${part}, getdatabaseencoding()), 'hex')`}
    FROM (
      SELECT d.dbid, d.queryid, d.text, sum(length(d.text)) OVER (ORDER BY d.dbid, d.queryid) - length(d.text) AS before
      FROM (
        SELECT DISTINCT ON (s.dbid, s.queryid) s.dbid, s.queryid, left(s.query, ${longestText}) AS text
        FROM ${schema}.pg_stat_statements(true) AS s
        JOIN unnest($1::oid[], $2::int8[]) AS k(dbid, queryid) ON k.dbid = s.dbid AND k.queryid = s.queryid
        WHERE s.queryid = ANY ($2::int8[])
      ) AS d
    ) AS t LEFT JOIN LATERAL generate_series(0, (length(t.text) - 1) / ${partLength}) AS p(part) ON true
    WHERE coalesce(t.before, 0) < ${charsAtOnce}`
  return { text, rowBytes: partLength * charBytes[form] }
}

/** What {@link textsQuery} is asked with. */
export function textsParameters(keys: readonly StatementKey[]): readonly string[] {
  return [
    `{${keys.map(({ databaseId }) => databaseId).join(',')}}`,
    `{${keys.map(({ queryid }) => queryid).join(',')}}`,
  ]
}

/** Each text once, put together from its parts, wherever they stand; `null` where the server has none. */
export function joinParts(rows: readonly TextRow[]): (readonly [key: StatementKey, text: string | null])[] {
  const found = new Map<string, { readonly key: StatementKey; readonly parts: string[] | null }>()
  for (const [databaseId, queryid, part, text] of rows) {
    const key = { databaseId: databaseId ?? '', queryid: queryid ?? '' }
    const one = found.get(textOfKey(key)) ?? { key, parts: typeof text === 'string' ? [] : null }
    found.set(textOfKey(key), one)
    if (one.parts !== null) one.parts[Number(part)] = text ?? ''
  }
  return [...found.values()].map(({ key, parts }) => [key, parts?.join('') ?? null])
}
