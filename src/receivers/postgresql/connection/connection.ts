import type { ConnectionSettings } from '../settings/connection-settings.ts'
import { BoundedClient } from './bounded-client.ts'
import { makeClient } from './client.ts'
import { ClientEncoding } from './client-encoding.ts'
import { budgets } from './guard/budgets.ts'
import type { ProtocolFault } from './guard/protocol-fault.ts'
import type { TextRow } from './portal-page.ts'
import { PreparedStatements } from './prepared-statements.ts'
import { readResult, usualRowBytes } from './read-result.ts'
import { bytesShown, lateSettings, sessionSettings, transactionPrologue } from './session-settings.ts'
import { setLate, settingsInForce } from './settings-in-force.ts'
import { unlessAborted } from './unless-aborted.ts'

export type { TextRow }

/** A text to send, and what is known of it. */
export interface Command {
  readonly text: string
  /** Of the longest row, where rows are longer than usual. */
  readonly rowBytes?: number
  /** It is sent many times in a row: the server parses it once. */
  readonly repeats?: boolean
}

/** A command with its parameters, and what becomes of its rows. */
interface BoundCommand<T> {
  readonly name?: string | undefined
  readonly text: string
  readonly values: readonly unknown[]
  readonly take: (row: TextRow) => T
  readonly maxBytes: number
  readonly rowBytes: number
}

/** Opens a transaction to read from in pages, where the settings are in force for the whole connection. */
const readOnly = 'BEGIN READ ONLY'

/**
 * One connection, read-only and bounded from its first byte on. Statements run one at a time, in extended mode (which
 * takes one statement, whatever the text says), each under the server's timeouts and a deadline of the client's.
 */
export class Connection {
  readonly #bounded: BoundedClient
  readonly #settings: ConnectionSettings
  #turn: Promise<unknown> = Promise.resolve()
  #waiting = 0
  #pooled = false
  #versionNumber = 0
  readonly #encoding = new ClientEncoding()
  readonly #prepared = new PreparedStatements()
  #rowBytes = usualRowBytes

  private constructor(bounded: BoundedClient, settings: ConnectionSettings) {
    this.#bounded = bounded
    this.#settings = settings
  }

  /** @param withOptions false where a pooler refuses the start-up options */
  static async connect(
    settings: ConnectionSettings,
    database: string,
    withOptions: boolean,
    signal: AbortSignal,
  ): Promise<Connection> {
    signal.throwIfAborted()
    const bounded = new BoundedClient(makeClient(settings, database, withOptions), settings)
    const connection = new Connection(bounded, settings)
    await bounded.connect(database, (either) => connection.#inspect(either), signal)
    return connection
  }

  /** PostgreSQL's server_version_num, e.g. 180004. */
  get versionNumber(): number {
    return this.#versionNumber
  }

  get closed(): boolean {
    return this.#bounded.closed
  }

  /** Whether a statement runs: another one would wait for its turn. */
  get busy(): boolean {
    return this.#waiting > 0
  }

  /** Whether the settings are not in force for the whole connection, so that each statement is a transaction of its own. */
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
      this.#bounded.checkOpen(name)
      const { text, rowBytes = 0, repeats = false } = typeof statement === 'string' ? { text: statement } : statement
      const sent = { text, values, take, maxBytes, rowBytes }
      const run = (given: BoundCommand<T>) => this.#bounded.bounded(name, (ended) => this.#run(given, ended), signal)
      return repeats && !this.#pooled ? this.#prepared.run(sent, run) : run(sent)
    })
    this.#turn = turn.then(
      () => this.#done(),
      (error: unknown) => {
        this.#done()
        this.#encoding.followUp(name, error)
      },
    )
    return unlessAborted(turn, signal)
  }

  /** Ends the connection, after what was aborted on it. Waits only a moment for the server to close its side. */
  async close(): Promise<void> {
    await this.#bounded.close(this.#turn)
  }

  /** What is to be done if the server breaks the protocol, which ends the connection. */
  onFault(listener: (fault: ProtocolFault) => void): void {
    this.#bounded.onFault(listener)
  }

  async #setEncoding(): Promise<void> {
    const { due } = this.#encoding
    if (due === undefined) return
    // SET is grammar and no function: nobody can be denied it.
    await this.#bounded.client.query(`SET /* otelephant session */ client_encoding = '${due}'`)
    this.#encoding.settled()
  }

  get #isUnix(): boolean {
    return this.#settings.host.startsWith('/')
  }

  #done(): void {
    this.#waiting -= 1
  }

  /** One statement, in a transaction of its own where the settings or the socket ask for one. */
  async #run<T>(statement: BoundCommand<T>, signal: AbortSignal): Promise<T[]> {
    const send = () => this.#send(statement, signal)
    if (this.#pooled)
      return this.#inTransaction(
        transactionPrologue(this.#settings.limits, this.#versionNumber, this.#encoding.wanted),
        send,
      )
    await this.#setEncoding()
    const inPages = this.#isUnix && givesRows(statement.text) && this.#bounded.client.getTransactionStatus() === 'I'
    return inPages ? this.#inTransaction(readOnly, send) : send()
  }

  async #inTransaction<T>(begin: string, work: () => Promise<T>): Promise<T> {
    try {
      await this.#bounded.client.query(begin)
      const result = await work()
      await this.#bounded.client.query('COMMIT')
      return result
    } catch (error) {
      // A cancel request on its way would hit the ROLLBACK.
      await this.#bounded.cancelled()
      if (!this.closed) await this.#bounded.client.query('ROLLBACK').catch(() => this.#bounded.destroy())
      throw error
    }
  }

  /**
   * No time-out ends a sender that waits for a unix socket's reader, as tcp_user_timeout does over TCP. So a transaction
   * over a unix socket is read in pages that fit into the socket: a collector that stops leaves the server waiting for the
   * next command, which idle_in_transaction_session_timeout ends.
   */
  async #send<T>({ name, text, values, take, maxBytes, rowBytes }: BoundCommand<T>, signal: AbortSignal): Promise<T[]> {
    const inPages = this.#isUnix && this.#bounded.client.getTransactionStatus() === 'T'
    const settings = {
      statement: { name, text, values },
      take,
      maxBytes,
      cancel: () => this.#bounded.cancel(),
      rowBytes: inPages ? Math.max(rowBytes, this.#rowBytes) : undefined,
    }
    // A cancel request that came before the statement, or between two pages, has cancelled nothing.
    if (inPages) signal.throwIfAborted()
    const rows = await readResult(this.#bounded.guarded, settings, signal)
    if (inPages) signal.throwIfAborted()
    return rows
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
      this.#bounded.bounded('settings of the connection', (ended) => this.#send({ ...usual, text }, ended), signal)
    const { values, platform } = await settingsInForce(names, way, ask)
    this.#versionNumber = Number(values.get('server_version_num'))
    this.#encoding.learn(values.get('server_encoding') ?? '')
    this.#rowBytes = usualRowBytes + bytesShown(values.get('track_activity_query_size') ?? '')
    this.#pooled = wanted.some(([name, value]) => values.get(name) !== value)
    if (this.#pooled) return
    await setLate(lateSettings(this.#versionNumber, platform, this.#encoding.wanted), way, ask)
    this.#encoding.settled()
  }
}

/** Whether a text is a query: what begins and ends transactions must not stand in one. */
function givesRows(text: string): boolean {
  return /^\s*(?:SELECT|WITH)\b/i.test(text)
}
