import type pg from 'pg'
import { formatDuration } from '../../config/duration.ts'
import { sendCancelRequest } from './cancel-request.ts'
import { addressOf, type ConnectionSettings, type GuardedClient, makeClient } from './client.ts'
import { budgets } from './connection/budgets.ts'
import { ClientEncoding } from './connection/client-encoding.ts'
import type { TextRow } from './connection/portal-page.ts'
import { PreparedStatements } from './connection/prepared-statements.ts'
import { ProtocolFault } from './connection/protocol-fault.ts'
import { readResult, usualRowBytes } from './connection/read-result.ts'
import { TooLarge } from './connection/result-budget.ts'
import { setLate, settingsInForce } from './connection/settings-in-force.ts'
import { QueryError } from './query-error.ts'
import { unlessAborted } from './server/unless-aborted.ts'
import { bytesShown, lateSettings, sessionSettings, transactionPrologue } from './session-settings.ts'
import { endsSession, errorCode, sqlState } from './sqlstate.ts'

export type { TextRow }

/** A text to send, and what is known of it. */
export interface Command {
  readonly text: string
  /** Of the longest row, where rows are longer than usual. */
  readonly rowBytes?: number
  /** It is sent many times in a row: the server parses it once. */
  readonly repeats?: boolean
}

/** A statement to send, and what becomes of its rows. */
interface Statement<T> {
  readonly name?: string | undefined
  readonly text: string
  readonly values: readonly unknown[]
  readonly take: (row: TextRow) => T
  readonly maxBytes: number
  readonly rowBytes: number
}

/** What opens a transaction to read from in pages, where the settings are in force for the session. */
const readOnly = 'BEGIN READ ONLY'

/** After a cancel request, the time until the socket is destroyed. */
const cancelGraceMs = 1_000
/** What the client waits beyond the server's own statement_timeout, for a server or network that is gone. */
const slackMs = 2_000

/**
 * One connection, read-only and bounded from its first byte on. Statements run one at a time, in extended mode (which
 * takes one statement, whatever the text says), each under the server's timeouts and a deadline of the client's.
 */
export class Session {
  readonly #guarded: GuardedClient
  readonly #client: pg.Client
  readonly #settings: ConnectionSettings
  #turn: Promise<unknown> = Promise.resolve()
  #waiting = 0
  #closed = false
  #pooled = false
  #versionNumber = 0
  readonly #encoding = new ClientEncoding()
  readonly #prepared = new PreparedStatements()
  #rowBytes = usualRowBytes
  /** A cancel request on its way. */
  #cancelling: Promise<void> | undefined
  #onFault: (fault: ProtocolFault) => void = () => {}
  #fault: ProtocolFault | undefined

  private constructor(guarded: GuardedClient, settings: ConnectionSettings) {
    this.#guarded = guarded
    this.#client = guarded.client
    this.#settings = settings
  }

  /** @param withOptions false where a pooler refuses the start-up options */
  static async connect(
    settings: ConnectionSettings,
    database: string,
    withOptions: boolean,
    signal: AbortSignal,
  ): Promise<Session> {
    signal.throwIfAborted()
    const guarded = makeClient(settings, database, withOptions)
    const session = new Session(guarded, settings)
    const { client } = guarded
    // Without a listener a lost connection would end the process.
    client.on('error', (error) => session.#failed(error))
    client.on('end', () => session.#destroy())
    const deadline = AbortSignal.timeout(settings.connectTimeoutMs)
    const either = AbortSignal.any([signal, deadline])
    const abort = () => session.#destroy()
    either.addEventListener('abort', abort, { once: true })
    try {
      await client.connect()
      await session.#inspect(either)
      return session
    } catch (error) {
      session.#destroy()
      signal.throwIfAborted()
      const what = `can't connect to ${settings.host}:${settings.port}, database "${database}"`
      if (deadline.aborted) throw late(what, settings.connectTimeoutMs, error)
      throw error instanceof QueryError ? error : new QueryError(what, error, errorCode(error) ?? lost(error))
    } finally {
      either.removeEventListener('abort', abort)
    }
  }

  /** PostgreSQL's server_version_num, e.g. 180004. */
  get versionNumber(): number {
    return this.#versionNumber
  }

  get closed(): boolean {
    return this.#closed
  }

  /** Whether a statement runs: another one would wait for its turn. */
  get busy(): boolean {
    return this.#waiting > 0
  }

  /** Whether the settings couldn't be put in force for the session, so that each statement is a transaction of its own. */
  get pooled(): boolean {
    return this.#pooled
  }

  /**
   * Runs one statement when its turn comes and gives its rows as text.
   * Aborting rejects at once; on the server it cancels first, and destroys the connection a second later if that doesn't
   * help. The next statement waits until that is through.
   * @throws QueryError with the SQLSTATE; the signal's reason when aborted
   */
  async query(
    name: string,
    statement: string | Command,
    values: readonly unknown[],
    signal: AbortSignal,
  ): Promise<TextRow[]> {
    return this.read(name, statement, values, (row) => row, signal)
  }

  /**
   * As {@link query}, with each row turned into something else as it comes: of a large result, the text isn't kept.
   * @param maxBytes of the result; a larger one is cancelled and fails as `too_large`
   * @throws what `take` throws, too
   */
  async read<T>(
    name: string,
    statement: string | Command,
    values: readonly unknown[],
    take: (row: TextRow) => T,
    signal: AbortSignal,
    maxBytes: number = budgets.result,
  ): Promise<T[]> {
    this.#waiting += 1
    const turn = this.#turn.then(async () => {
      signal.throwIfAborted()
      if (this.#fault !== undefined) throw new QueryError(name, this.#fault)
      if (this.#closed) throw new QueryError(name, new Error('the connection is closed'), sqlState.connectionFailure)
      const { text, rowBytes = 0, repeats = false } = typeof statement === 'string' ? { text: statement } : statement
      const sent = { text, values, take, maxBytes, rowBytes }
      const run = (given: Statement<T>) => this.#bounded(name, (ended) => this.#run(given, ended), signal)
      return repeats && !this.#pooled ? this.#prepared.run(sent, run) : run(sent)
    })
    this.#turn = turn.then(
      () => this.#left(),
      (error: unknown) => {
        this.#left()
        this.#encoding.followUp(name, error)
      },
    )
    return unlessAborted(turn, signal)
  }

  /** Ends the session, after what was aborted on it. Waits for the server's goodbye for a moment only. */
  async close(): Promise<void> {
    if (this.#closed) return
    const timer = setTimeout(() => this.#destroy(), cancelGraceMs)
    try {
      await this.#turn
      await this.#client.end()
    } catch {
      // The connection is gone already, which is what was wanted.
    } finally {
      clearTimeout(timer)
      this.#destroy()
    }
  }

  /** What is to be done if the server breaks the protocol, which ends the connection. */
  onFault(listener: (fault: ProtocolFault) => void): void {
    this.#onFault = listener
  }

  async #setEncoding(): Promise<void> {
    const { due } = this.#encoding
    if (due === undefined) return
    // By the grammar, which nobody can be denied.
    await this.#client.query(`SET /* otelephant session */ client_encoding = '${due}'`)
    this.#encoding.settled()
  }

  get #isUnix(): boolean {
    return this.#settings.host.startsWith('/')
  }

  #failed(error: Error): void {
    this.#destroy()
    if (!(error instanceof ProtocolFault)) return
    this.#fault ??= error
    this.#onFault(error)
  }

  #left(): void {
    this.#waiting -= 1
  }

  #destroy(): void {
    this.#closed = true
    const { connection } = this.#client
    connection.stream.destroy()
  }

  /** One statement, in a transaction of its own where the settings or the socket ask for one. */
  async #run<T>(statement: Statement<T>, signal: AbortSignal): Promise<T[]> {
    const send = () => this.#send(statement, signal)
    if (this.#pooled)
      return this.#inTransaction(
        transactionPrologue(this.#settings.limits, this.#versionNumber, this.#encoding.wanted),
        send,
      )
    await this.#setEncoding()
    const inPages = this.#isUnix && givesRows(statement.text) && this.#client.getTransactionStatus() === 'I'
    return inPages ? this.#inTransaction(readOnly, send) : send()
  }

  async #inTransaction<T>(begin: string, work: () => Promise<T>): Promise<T> {
    try {
      await this.#client.query(begin)
      const result = await work()
      await this.#client.query('COMMIT')
      return result
    } catch (error) {
      // It would hit the ROLLBACK.
      await this.#cancelling
      if (!this.#closed) await this.#client.query('ROLLBACK').catch(() => this.#destroy())
      throw error
    }
  }

  /**
   * No time-out ends a sender that waits for a unix socket's reader, as tcp_user_timeout does over TCP. So a transaction
   * over a unix socket is read in pages that fit into the socket: a collector that stops leaves the server waiting for the
   * next command, which idle_in_transaction_session_timeout ends.
   */
  async #send<T>({ name, text, values, take, maxBytes, rowBytes }: Statement<T>, signal: AbortSignal): Promise<T[]> {
    const inPages = this.#isUnix && this.#client.getTransactionStatus() === 'T'
    const settings = {
      ...{ statement: { name, text, values }, take, maxBytes },
      cancel: () => this.#cancel().catch(() => this.#destroy()),
      rowBytes: inPages ? Math.max(rowBytes, this.#rowBytes) : undefined,
    }
    // A cancel request that came before the statement, or between two pages, has cancelled nothing.
    if (inPages) signal.throwIfAborted()
    const rows = await readResult(this.#guarded, settings, signal)
    if (inPages) signal.throwIfAborted()
    return rows
  }

  /** Runs it under the caller's signal and the client's own deadline: cancel first, destroy the socket a second later. */
  async #bounded<T>(name: string, work: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
    const deadlineMs = this.#settings.limits.statementTimeoutMs + slackMs
    const deadline = AbortSignal.timeout(deadlineMs)
    const either = AbortSignal.any([signal, deadline])
    let grace: NodeJS.Timeout | undefined
    const abort = () => {
      grace = setTimeout(() => this.#destroy(), cancelGraceMs)
      this.#cancelling = this.#cancel().catch(() => this.#destroy())
    }
    either.addEventListener('abort', abort, { once: true })
    try {
      return await work(either)
    } catch (error) {
      // The library hears of the end of the connection a moment after the server's last words.
      if (endsSession(error)) this.#destroy()
      signal.throwIfAborted()
      if (deadline.aborted && !(error instanceof TooLarge)) throw late(name, deadlineMs, error)
      if (error instanceof QueryError) throw error
      throw new QueryError(name, error, errorCode(error) ?? (this.#closed ? lost(error) : undefined))
    } finally {
      either.removeEventListener('abort', abort)
      // A request that is still on its way would hit the next statement.
      await this.#cancelling
      this.#cancelling = undefined
      clearTimeout(grace)
    }
  }

  /** Reads back what is in force. A pooler may have swallowed the start-up options. */
  async #inspect(signal: AbortSignal): Promise<void> {
    const wanted = Object.entries(sessionSettings(this.#settings.limits))
    const names = [
      'server_version_num',
      'server_encoding',
      'track_activity_query_size',
      ...wanted.map(([name]) => name),
    ]
    const { settingsWay: way = 'called' } = this.#settings
    const usual = { values: [], take: (row: TextRow) => row, maxBytes: budgets.result, rowBytes: 0 }
    const ask = (text: string) =>
      this.#bounded('settings of the session', (ended) => this.#send({ ...usual, text }, ended), signal)
    const { values, platform } = await settingsInForce(names, way, ask)
    this.#versionNumber = Number(values.get('server_version_num'))
    this.#encoding.learn(values.get('server_encoding') ?? '')
    this.#rowBytes = usualRowBytes + bytesShown(values.get('track_activity_query_size') ?? '')
    this.#pooled = wanted.some(([name, value]) => values.get(name) !== value)
    if (this.#pooled) return
    await setLate(lateSettings(this.#versionNumber, platform, this.#encoding.wanted), way, ask)
    this.#encoding.settled()
  }

  async #cancel(): Promise<void> {
    const backend = this.#guarded.connection.backendKey
    if (backend === undefined) return
    const { host, port, ssl } = this.#settings
    const address = addressOf(this.#guarded)
    await sendCancelRequest({ host, address, port, ssl }, backend, AbortSignal.timeout(cancelGraceMs))
  }
}

/** Whether a text is a query: what begins and ends transactions must not stand in one. */
function givesRows(text: string): boolean {
  return /^\s*(?:SELECT|WITH)\b/i.test(text)
}

function late(what: string, deadlineMs: number, cause: unknown): QueryError {
  return new QueryError(what, new Error(`no answer within ${formatDuration(deadlineMs)}`, { cause }), 'timeout')
}

/** The library's errors about a connection that ended have no code. */
function lost(error: unknown): string | undefined {
  return error instanceof Error && error.message.startsWith('Connection terminated')
    ? sqlState.connectionFailure
    : undefined
}
