import type { Clock } from '../../../component/clock.ts'
import { cut } from '../../../pdata/cut.ts'
import type { StatementText, StatementTexts } from '../../../sql-text/statement-texts.ts'
import type { Measured } from '../measured.ts'
import { isOwnStatement } from '../own-statements.ts'
import type { Session, TextRow } from '../session.ts'

/** A statement as pg_stat_statements knows it. The same queryid may be another statement in another database. */
export interface StatementKey {
  readonly databaseId: string
  readonly queryid: string
}

/** What a statement is called and says. */
export interface StatementName extends StatementText {
  /** Whether the collector itself sent it. */
  readonly isOwn: boolean
  /** As pg_stat_statements has it; only where plans are wanted, and never sent. */
  readonly source?: string
}

export interface StatementNamesSettings {
  readonly texts: StatementTexts
  readonly clock: Clock
  readonly measured: Measured
  /** Whether texts are kept as they are, for their plans. */
  readonly keepSources: boolean
}

/** Between two readings of texts at least so many times as long as the last one took: 5 ms are 50 s, 160 ms 27 min. */
const pauseFactor = 10_000
/** Texts that one reading brings at most, and their characters; the rest comes with the next. */
const textsAtOnce = 500
const charsAtOnce = 2_000_000
/** Of one text: so much of it is enough to tell it from others. */
const longestText = 1_000_000
/** A text comes in rows of so many characters: over a unix socket, a row must fit into the socket. */
const partLength = 8_192
/** Of what is kept of a text, in UTF-16 units: beyond what backends take of a string. */
const keptLength = 8_192
/** How long a result waits for the names of its statements; later ones are there for the next. */
const waitMs = 1_000
/** Longer statements aren't kept for their plans. */
const longestSource = 65_536
/** What could not be read is tried again. */
const retryMs = 3_600_000
/** Names of statements that nobody asks for any more are kept as long as there are no more than these. */
const spare = 1_000

type Entry = { readonly name: StatementName } | { readonly name: undefined; readonly notBeforeMs: number }

/**
 * The names of the statements that are shown. Their texts are read for those that are new, and rarely, because the server
 * reads the file of all texts for any of them (160 ms for 5,000 texts of 10 kB).
 */
export class StatementNames {
  readonly #settings: StatementNamesSettings
  readonly #entries = new Map<string, Entry>()
  #notBeforeMs = Number.NEGATIVE_INFINITY
  #readBytes: number | undefined

  constructor(settings: StatementNamesSettings) {
    this.#settings = settings
  }

  /** Bytes of the texts that the last reading brought; `undefined` before the first. */
  get readBytes(): number | undefined {
    return this.#readBytes
  }

  get(key: StatementKey): StatementName | undefined {
    return this.#entries.get(textOf(key))?.name
  }

  /**
   * Reads the texts of those that have no name yet, if it is time for that, and waits a moment for their names.
   * @param schema of pg_stat_statements, quoted
   * @throws QueryError when the texts can't be read
   */
  async learn(keys: readonly StatementKey[], schema: string, session: Session, signal: AbortSignal): Promise<void> {
    const { clock } = this.#settings
    const missing = this.#missing(keys)
    if (missing.length === 0 || clock.now() < this.#notBeforeMs) return
    const found = await this.#readTexts(missing.slice(0, textsAtOnce), schema, session, signal)
    const waited = new AbortController()
    const named = this.#readNames(found, signal)
    // Neither rejects.
    await Promise.race([named, clock.sleep(waitMs, waited.signal).catch(() => undefined)])
    waited.abort()
    signal.throwIfAborted()
  }

  /** Those without a name, once each; those with one are moved to the end of those that may be forgotten. */
  #missing(keys: readonly StatementKey[]): StatementKey[] {
    const missing = new Map<string, StatementKey>()
    for (const key of keys) {
      const text = textOf(key)
      const entry = this.#entries.get(text)
      const isWanted =
        entry === undefined || (entry.name === undefined && this.#settings.clock.now() >= entry.notBeforeMs)
      if (isWanted) missing.set(text, key)
      if (entry === undefined) continue
      this.#entries.delete(text)
      this.#entries.set(text, entry)
    }
    for (const text of this.#entries.keys()) {
      if (this.#entries.size <= keys.length + spare) break
      this.#entries.delete(text)
    }
    return [...missing.values()]
  }

  async #readTexts(
    keys: readonly StatementKey[],
    schema: string,
    session: Session,
    signal: AbortSignal,
  ): Promise<(readonly [key: StatementKey, text: string | null])[]> {
    const { clock, measured } = this.#settings
    const sentMs = clock.now()
    let outcome: 'success' | 'failure' = 'failure'
    try {
      const databases = `{${keys.map(({ databaseId }) => databaseId).join(',')}}`
      const ids = `{${keys.map(({ queryid }) => queryid).join(',')}}`
      const statement = { text: textsSql(schema), rowBytes: partLength * 4 }
      const rows = await session.query('statement_texts', statement, [databases, ids], signal)
      outcome = 'success'
      const found = joinParts(rows)
      this.#readBytes = found.reduce((sum, [, text]) => sum + Buffer.byteLength(text ?? ''), 0)
      return found
    } finally {
      const costMs = clock.now() - sentMs
      measured('statement_texts', costMs, outcome)
      this.#notBeforeMs = clock.now() + costMs * pauseFactor
    }
  }

  /** Doesn't reject: nobody may be waiting for it any more. */
  async #readNames(found: readonly (readonly [StatementKey, string | null])[], signal: AbortSignal): Promise<void> {
    // The server says NULL when it has lost the file of texts.
    const { keepSources } = this.#settings
    const known = found.flatMap(([key, text]) => (text === null ? [] : [{ key, text }]))
    const read = await this.#settings.texts
      .read(
        known.map(({ text }) => (text.length < longestText ? text : { cut: text })),
        signal,
      )
      .catch(() => undefined)
    // Aborted: they were not tried.
    if (read === undefined) return
    const notBeforeMs = this.#settings.clock.now() + retryMs
    for (const [key] of found) this.#entries.set(textOf(key), { name: undefined, notBeforeMs })
    known.forEach(({ key, text }, index) => {
      const name = read[index]
      if (name === undefined) return
      const source = keepSources && text.length <= longestSource ? { source: text } : {}
      const shown = name.text === undefined ? undefined : cut(name.text, keptLength)
      const kept = { ...name, text: shown, isOwn: isOwnStatement(text), ...source }
      this.#entries.set(textOf(key), { name: kept })
    })
  }
}

function textOf({ databaseId, queryid }: StatementKey): string {
  return `${databaseId}/${queryid}`
}

/** Each text once, put together from its parts, wherever they stand. */
function joinParts(rows: readonly TextRow[]): (readonly [StatementKey, string | null])[] {
  const found = new Map<string, { readonly key: StatementKey; readonly parts: string[] | null }>()
  for (const [databaseId, queryid, part, text] of rows) {
    const key = { databaseId: databaseId ?? '', queryid: queryid ?? '' }
    const one = found.get(textOf(key)) ?? { key, parts: typeof text === 'string' ? [] : null }
    found.set(textOf(key), one)
    if (one.parts !== null) one.parts[Number(part)] = text ?? ''
  }
  return [...found.values()].map(({ key, parts }) => [key, parts?.join('') ?? null])
}

/** A text is the same for every role and nesting. The condition spares the join from sorting all texts on disk. At least one comes, however long. */
function textsSql(schema: string): string {
  return `SELECT /* otelephant statement_texts */ t.dbid, t.queryid, p.part,
      substr(t.text, p.part * ${partLength} + 1, ${partLength})
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
}
