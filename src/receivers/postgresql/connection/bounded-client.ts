import type pg from 'pg'
import { formatDuration } from '../../../config/duration.ts'
import type { ConnectionSettings } from '../settings/connection-settings.ts'
import { sendCancelRequest } from './cancel-request.ts'
import { addressOf, type GuardedClient } from './client.ts'
import { ProtocolFault } from './guard/protocol-fault.ts'
import { TooLarge } from './guard/result-budget.ts'
import { QueryError } from './query-error.ts'
import { endsSession, errorCode, sqlState } from './sqlstate.ts'

/** After a cancel request, the time until the socket is destroyed. */
const cancelGraceMs = 1_000
/** What the client waits beyond the server's own statement_timeout, for a server or network that is gone. */
const slackMs = 2_000

/** The library's client with deadlines: each piece of work has one, and a client whose socket is lost is never used again. */
export class BoundedClient {
  readonly guarded: GuardedClient
  readonly #settings: ConnectionSettings
  #closed = false
  /** A cancel request on its way. */
  #cancelling: Promise<void> | undefined
  #onFault: (fault: ProtocolFault) => void = () => {}
  #fault: ProtocolFault | undefined

  constructor(guarded: GuardedClient, settings: ConnectionSettings) {
    this.guarded = guarded
    this.#settings = settings
    const { client } = guarded
    // Without a listener a lost connection would end the process.
    client.on('error', (error) => this.#failed(error))
    client.on('end', () => this.destroy())
  }

  get client(): pg.Client {
    return this.guarded.client
  }

  get closed(): boolean {
    return this.#closed
  }

  /** What is to be done if the server breaks the protocol, which ends the connection. */
  onFault(listener: (fault: ProtocolFault) => void): void {
    this.#onFault = listener
  }

  /** @throws QueryError where nothing can be sent any more */
  checkOpen(name: string): void {
    if (this.#fault !== undefined) throw new QueryError(name, this.#fault)
    if (this.#closed) throw new QueryError(name, new Error('the connection is closed'), sqlState.connectionFailure)
  }

  /**
   * Connects and does what comes first, within the time for connecting.
   * @throws QueryError; the signal's reason when aborted
   */
  async connect(database: string, first: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
    const { host, port, connectTimeoutMs } = this.#settings
    const deadline = AbortSignal.timeout(connectTimeoutMs)
    const either = AbortSignal.any([signal, deadline])
    const abort = () => this.destroy()
    either.addEventListener('abort', abort, { once: true })
    try {
      await this.client.connect()
      await first(either)
    } catch (error) {
      this.destroy()
      signal.throwIfAborted()
      const what = `can't connect to ${host}:${port}, database "${database}"`
      if (deadline.aborted) throw late(what, connectTimeoutMs, error)
      throw error instanceof QueryError ? error : new QueryError(what, error, errorCode(error) ?? lost(error))
    } finally {
      either.removeEventListener('abort', abort)
    }
  }

  /** Runs it under the caller's signal and the client's own deadline: cancel first, destroy the socket a second later. */
  async bounded<T>(name: string, work: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
    const deadlineMs = this.#settings.limits.statementTimeoutMs + slackMs
    const deadline = AbortSignal.timeout(deadlineMs)
    const either = AbortSignal.any([signal, deadline])
    let grace: NodeJS.Timeout | undefined
    const abort = () => {
      grace = setTimeout(() => this.destroy(), cancelGraceMs)
      this.#cancelling = this.cancel()
    }
    either.addEventListener('abort', abort, { once: true })
    try {
      return await work(either)
    } catch (error) {
      // The library learns that the connection has ended a moment after the server's last message.
      if (endsSession(error)) this.destroy()
      signal.throwIfAborted()
      if (deadline.aborted && !(error instanceof TooLarge)) throw late(name, deadlineMs, error)
      if (error instanceof QueryError) throw error
      throw new QueryError(name, error, errorCode(error) ?? (this.#closed ? lost(error) : undefined))
    } finally {
      either.removeEventListener('abort', abort)
      await this.cancelled()
      this.#cancelling = undefined
      clearTimeout(grace)
    }
  }

  /** Resolves when no cancel request is on its way, which would hit the next statement. */
  async cancelled(): Promise<void> {
    await this.#cancelling
  }

  /** Asks the server to end what it runs; where that can't be asked the socket goes. Never rejects. */
  async cancel(): Promise<void> {
    const backend = this.guarded.connection.backendKey
    if (backend === undefined) return
    const { host, port, ssl } = this.#settings
    const target = { host, address: addressOf(this.guarded), port, ssl }
    try {
      await sendCancelRequest(target, backend, AbortSignal.timeout(cancelGraceMs))
    } catch {
      this.destroy()
    }
  }

  /** Says goodbye after `rest` has ended, and waits for the server's for a moment only. */
  async close(rest: Promise<unknown>): Promise<void> {
    if (this.#closed) return
    const timer = setTimeout(() => this.destroy(), cancelGraceMs)
    try {
      await rest
      await this.client.end()
    } catch {
      // The connection is gone already, which is what was wanted.
    } finally {
      clearTimeout(timer)
      this.destroy()
    }
  }

  destroy(): void {
    this.#closed = true
    const { connection } = this.client
    connection.stream.destroy()
  }

  #failed(error: Error): void {
    this.destroy()
    if (!(error instanceof ProtocolFault)) return
    this.#fault ??= error
    this.#onFault(error)
  }
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
