import type { Logger } from '../../telemetry/logger.ts'
import { sqlOf } from '../shown-text.ts'
import type { TextRequest, TextResult } from './process-messages.ts'
import type { ShownText, StatementText, StatementTexts } from './statement-texts.ts'
import { batchesOf } from './text-batches.ts'
import { type Silence, TextReader } from './text-reader.ts'

export interface StatementTextsSettings {
  readonly logger: Logger
  /** The keys that are kept of statements' comments. */
  readonly tagKeys?: readonly string[]
  readonly limits?: Partial<StatementTextsLimits>
}

export interface StatementTextsLimits {
  /** In one request to the child process. */
  readonly batchTexts: number
  readonly batchChars: number
  /** What is longer is cut before it is read. */
  readonly textChars: number
  readonly batchTimeoutMs: number
  readonly startTimeoutMs: number
  /** The child process ends after so long without work. */
  readonly idleMs: number
  /** The child process is replaced once it is larger. */
  readonly memoryBytes: number
  /** The pause after the child process couldn't start, or ended again and again; doubled each time. */
  readonly pauseMs: number
  readonly longestPauseMs: number
}

const defaultTagKeys = ['nr_service_guid', 'traceparent']

const defaultLimits: StatementTextsLimits = {
  batchTexts: 64,
  batchChars: 256 * 1_024,
  textChars: 1_024 * 1_024,
  batchTimeoutMs: 5_000,
  startTimeoutMs: 10_000,
  idleMs: 10_000,
  memoryBytes: 150 * 1_024 * 1_024,
  pauseMs: 1_000,
  longestPauseMs: 60_000,
}

/** After so many ends of the process without a result in between, the process and not a text is broken. */
const toleratedDeaths = 4

/**
 * Reads texts in a child process. It starts with the first work and ends when idle or grown. A text that ends the process
 * is given up alone. Its memory and its crashes are not the collector's.
 */
export function childStatementTexts(settings: StatementTextsSettings): StatementTexts {
  return new ChildStatementTexts(settings)
}

class ChildStatementTexts implements StatementTexts {
  readonly #logger: Logger
  readonly #tagKeys: readonly string[]
  readonly #limits: StatementTextsLimits
  readonly #closing = new AbortController()
  #reader: TextReader | undefined
  #idle: NodeJS.Timeout | undefined
  /** The last caller that waits for the process, which reads for one caller at a time. */
  #last: Promise<void> = Promise.resolve()
  /** Whether the process has read anything. */
  #served = false
  #deaths = 0
  #pauses = 0
  #pausedUntilMs = 0

  constructor({ logger, tagKeys = defaultTagKeys, limits = {} }: StatementTextsSettings) {
    this.#logger = logger
    this.#tagKeys = tagKeys
    this.#limits = { ...defaultLimits, ...limits }
  }

  async read(texts: readonly ShownText[], signal: AbortSignal): Promise<readonly (StatementText | undefined)[]> {
    const results = await this.#inTurn('read', texts, signal)
    return results.map((result) => (typeof result === 'string' ? undefined : result))
  }

  async redact(fragments: readonly string[], signal: AbortSignal): Promise<readonly (string | undefined)[]> {
    const results = await this.#inTurn('redact', fragments, signal)
    return results.map((result) => (typeof result === 'string' ? result : undefined))
  }

  async close(): Promise<void> {
    this.#closing.abort(new DOMException('the reader of SQL texts is closed', 'AbortError'))
    await this.#last
    clearTimeout(this.#idle)
    await this.#endReader()
  }

  /** One caller after the other: there is one process. */
  async #inTurn(kind: TextRequest['kind'], texts: readonly ShownText[], signal: AbortSignal) {
    const turn = this.#last
    const done = Promise.withResolvers<void>()
    this.#last = turn.then(() => done.promise)
    const stopped = AbortSignal.any([signal, this.#closing.signal])
    try {
      await settledOrAborted(turn, stopped)
      return await this.#readAll(kind, texts, stopped)
    } catch (error) {
      signal.throwIfAborted()
      if (this.#closing.signal.aborted) return texts.map(() => undefined)
      throw error
    } finally {
      done.resolve()
    }
  }

  async #readAll(kind: TextRequest['kind'], texts: readonly ShownText[], signal: AbortSignal) {
    clearTimeout(this.#idle)
    try {
      const results: (TextResult | undefined)[] = []
      for (const batch of batchesOf(texts, this.#limits)) results.push(...(await this.#readBatch(kind, batch, signal)))
      return results
    } finally {
      this.#idle = setTimeout(() => void this.#endReader(), this.#limits.idleMs).unref()
    }
  }

  async #readBatch(
    kind: TextRequest['kind'],
    texts: readonly ShownText[],
    signal: AbortSignal,
  ): Promise<readonly (TextResult | undefined)[]> {
    const results: (TextResult | undefined)[] = []
    const { memoryBytes, batchTimeoutMs } = this.#limits
    while (results.length < texts.length) {
      const rest = texts.slice(results.length)
      const reader = await this.#runningReader(signal)
      if (reader === undefined) return [...results, ...rest.map(() => undefined)]
      const request = { kind, texts: rest, tagKeys: this.#tagKeys, memoryBytes }
      const answer = await reader.ask(request, batchTimeoutMs, signal)
      if (answer === 'died' || answer === 'late') {
        return [...results, ...(await this.#afterDeath(kind, rest, answer, signal))]
      }
      this.#succeeded()
      results.push(...answer.results)
      if (answer.spent) await this.#endReader()
    }
    return results
  }

  /**
   * One of these texts ended the process: each is tried alone, and the one that ends the process again is given up. A text
   * that was alone is tried again if the process had read others before: it may have been killed for another reason.
   */
  async #afterDeath(
    kind: TextRequest['kind'],
    texts: readonly ShownText[],
    silence: Silence,
    signal: AbortSignal,
  ): Promise<readonly (TextResult | undefined)[]> {
    const innocent = silence === 'died' && this.#served
    this.#reader = undefined
    this.#deaths++
    if (this.#deaths > toleratedDeaths) this.#pause('it dies at its work')
    if (texts.length === 1 && !innocent) {
      const message = 'a text was given up: reading it took too long, or ended the process that reads'
      this.#logger.debug(message, { chars: sqlOf(texts[0] ?? '').length })
      return [undefined]
    }
    const results: (TextResult | undefined)[] = []
    for (const text of texts) results.push(...(await this.#readBatch(kind, [text], signal)))
    return results
  }

  async #runningReader(signal: AbortSignal): Promise<TextReader | undefined> {
    if (this.#reader?.alive) return this.#reader
    if (performance.now() < this.#pausedUntilMs) return undefined
    signal.throwIfAborted()
    this.#reader = started()
    this.#served = false
    if (await this.#reader?.ready(this.#limits.startTimeoutMs, signal)) return this.#reader
    this.#reader = undefined
    this.#pause("it doesn't start")
    return undefined
  }

  #pause(reason: string): void {
    const { pauseMs, longestPauseMs } = this.#limits
    const retryMs = Math.min(pauseMs * 2 ** this.#pauses, longestPauseMs)
    this.#pausedUntilMs = performance.now() + retryMs
    this.#pauses++
    this.#deaths = 0
    if (this.#pauses === 1) {
      const message = 'the process that reads SQL is out of order, so that statements go without text and fingerprint'
      this.#logger.warn(message, { reason, retryMs })
    }
  }

  #succeeded(): void {
    this.#served = true
    this.#deaths = 0
    if (this.#pauses > 0) this.#logger.info('the process that reads SQL works again')
    this.#pauses = 0
  }

  async #endReader(): Promise<void> {
    const reader = this.#reader
    this.#reader = undefined
    await reader?.end()
  }
}

/** Starting may throw (no memory) or emit an error. */
function started(): TextReader | undefined {
  try {
    return new TextReader()
  } catch {
    return undefined
  }
}

async function settledOrAborted(turn: Promise<void>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  const aborted = Promise.withResolvers<never>()
  const abort = () => aborted.reject(signal.reason)
  signal.addEventListener('abort', abort)
  try {
    await Promise.race([turn, aborted.promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
