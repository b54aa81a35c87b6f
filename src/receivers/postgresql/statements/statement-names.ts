import { type BackoffSettings, backoffDelay } from '../../../component/backoff.ts'
import type { Clock } from '../../../component/clock.ts'
import { cut } from '../../../pdata/cut.ts'
import type { StatementText, StatementTexts } from '../../../sql-text/pool/statement-texts.ts'
import type { Connection } from '../connection/connection.ts'
import type { Measured } from '../server/measured.ts'
import { isOwnStatement } from '../server/own-statements.ts'
import type { NamingPace } from '../settings/preset.ts'
import { type StatementKey, textOfKey } from './statement-key.ts'
import type { FoundText, TextSource } from './text-source.ts'
import { longestText, textsAtOnce } from './texts-query.ts'

/** What a statement is called and says. */
export interface StatementName extends StatementText {
  /** Whether the collector itself sent it. */
  readonly isOwn: boolean
  /** As pg_stat_statements has it; only where plans are wanted, and never sent. */
  readonly source?: string
}

export interface StatementNamesSettings {
  readonly pace: NamingPace
  readonly texts: StatementTexts
  readonly clock: Clock
  readonly measured: Measured
  readonly source: Pick<TextSource, 'read'>
  /** Whether texts are kept as they are, for their plans. */
  readonly keepSources: boolean
}

/** Of what is kept of a text, in UTF-16 units: beyond what backends take of a string. */
const keptLength = 8_192
/** Longer statements aren't kept for their plans. */
const longestSource = 65_536
/** What could not be read is tried again. */
const retryMs = 3_600_000
/** The back-off while one text keeps all others from being read. */
const obstructed: BackoffSettings = { initialMs: 60_000, maxMs: 3_600_000, multiplier: 2, jitter: 0 }
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
  /** How many readings in a row failed because of one text. */
  #obstructions = 0

  constructor(settings: StatementNamesSettings) {
    this.#settings = settings
  }

  /** Bytes of the texts that the last reading brought; `undefined` before the first. */
  get readBytes(): number | undefined {
    return this.#readBytes
  }

  get(key: StatementKey): StatementName | undefined {
    return this.#entries.get(textOfKey(key))?.name
  }

  /**
   * Reads the texts of those that have no name yet, if it is time for that, and waits a moment for their names.
   * @param schema of pg_stat_statements, quoted
   * @throws QueryError when the texts can't be read
   */
  async learn(
    keys: readonly StatementKey[],
    schema: string,
    connection: Connection,
    signal: AbortSignal,
  ): Promise<void> {
    const { clock, pace } = this.#settings
    const missing = this.#missing(keys)
    if (missing.length === 0 || clock.now() < this.#notBeforeMs) return
    const found = await this.#readTexts(missing.slice(0, textsAtOnce), schema, connection, signal)
    const waited = new AbortController()
    const named = this.#readNames(found, signal)
    // Neither rejects.
    await Promise.race([named, clock.sleep(pace.waitMs, waited.signal).catch(() => undefined)])
    waited.abort()
    signal.throwIfAborted()
  }

  /** Those without a name, once each; those with one are moved to the end of those that may be forgotten. */
  #missing(keys: readonly StatementKey[]): StatementKey[] {
    const missing = new Map<string, StatementKey>()
    for (const key of keys) {
      const text = textOfKey(key)
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
    connection: Connection,
    signal: AbortSignal,
  ): Promise<readonly FoundText[]> {
    const { clock, measured, source, pace } = this.#settings
    const sentMs = clock.now()
    let found: readonly FoundText[] | undefined
    try {
      found = await source.read(keys, schema, connection, signal)
      if (found !== undefined) this.#readBytes = found.reduce((sum, [, text]) => sum + Buffer.byteLength(text ?? ''), 0)
      this.#obstructions = found === undefined ? this.#obstructions + 1 : 0
      return found ?? []
    } finally {
      const costMs = clock.now() - sentMs
      measured('statement_texts', costMs, found === undefined ? 'failure' : 'success')
      const pauseMs = this.#obstructions === 0 ? 0 : backoffDelay(obstructed, this.#obstructions)
      this.#notBeforeMs = clock.now() + Math.max(costMs * pace.pauseFactor, pauseMs)
    }
  }

  /** Doesn't reject: by then nobody may wait for it. */
  async #readNames(found: readonly FoundText[], signal: AbortSignal): Promise<void> {
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
    for (const [key] of found) this.#entries.set(textOfKey(key), { name: undefined, notBeforeMs })
    known.forEach(({ key, text }, index) => {
      const name = read[index]
      if (name === undefined) return
      const source = keepSources && text.length <= longestSource ? { source: text } : {}
      const shown = name.text === undefined ? undefined : cut(name.text, keptLength)
      const kept = { ...name, text: shown, isOwn: isOwnStatement(text), ...source }
      this.#entries.set(textOfKey(key), { name: kept })
    })
  }
}
