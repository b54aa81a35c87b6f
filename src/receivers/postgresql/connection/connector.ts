import { type BackoffSettings, backoffDelay } from '../../../component/backoff.ts'
import type { Clock } from '../../../component/clock.ts'
import type { ConnectionSettings, SettingsWay } from '../settings/connection-settings.ts'
import { Connection } from './connection.ts'
import { ProtocolFault } from './guard/protocol-fault.ts'
import { QueryError } from './query-error.ts'
import { wantsWritten } from './settings-in-force.ts'
import { concernsServer, sqlState } from './sqlstate.ts'

export interface ConnectorSettings {
  readonly connection: ConnectionSettings
  readonly clock: Clock
  /** At least this long between the starts of two connections. */
  readonly spacingMs: number
  /** Called for every connection that is opened. */
  readonly opened: () => void
}

const reconnect: BackoffSettings = { initialMs: 1_000, maxMs: 60_000, multiplier: 2, jitter: 0.5 }
/** A failure is forgotten after this time: the database may be gone. */
const forgetAfterMs = 3_600_000

/** What failed last, and until when it isn't tried again. */
interface Refusal {
  readonly failures: number
  readonly notBeforeMs: number
  readonly error: unknown
}

/** The key of what concerns every database. */
const server = ''

/**
 * Opens every connection of one receiver: at most one new one a second, and after a failure none until the back-off is
 * over: none at all when the server can't be reached, none to that database when it alone refuses.
 */
export class Connector {
  readonly #settings: ConnectorSettings
  readonly #refusals = new Map<string, Refusal>()
  #turn: Promise<unknown> = Promise.resolve()
  #lastStartMs = Number.NEGATIVE_INFINITY
  #withOptions = true
  #settingsWay: SettingsWay = 'called'

  constructor(settings: ConnectorSettings) {
    this.#settings = settings
  }

  /** @throws QueryError when the server can't be reached or refuses, or while the back-off lasts */
  async connect(database: string, signal: AbortSignal): Promise<Connection> {
    const turn = this.#turn.then(() => this.#attempt(database, signal))
    this.#turn = turn.catch(() => undefined)
    return turn
  }

  async #attempt(database: string, signal: AbortSignal): Promise<Connection> {
    signal.throwIfAborted()
    for (const key of [server, database]) {
      const refusal = this.#refusals.get(key)
      if (refusal !== undefined && this.#settings.clock.now() < refusal.notBeforeMs) throw refusal.error
    }
    try {
      const connection = await this.#negotiate(database, signal)
      for (const key of [server, database]) this.#retryNow(key)
      // A server that accepts a connection may break the protocol again: the next back-off goes on where the last one ended.
      connection.onFault((fault) => this.#refused(server, new QueryError(`the connection to "${database}"`, fault)))
      this.#settings.opened()
      return connection
    } catch (error) {
      if (!signal.aborted) this.#refused(concernsServer(error) ? server : database, error)
      throw error
    }
  }

  async #negotiate(database: string, signal: AbortSignal): Promise<Connection> {
    try {
      return await this.#open(database, signal)
    } catch (error) {
      if (this.#withOptions && refusesOptions(error)) this.#withOptions = false
      else if (this.#settingsWay === 'called' && wantsWritten(error)) this.#settingsWay = 'written'
      else throw error
      return this.#negotiate(database, signal)
    }
  }

  async #open(database: string, signal: AbortSignal): Promise<Connection> {
    const { connection, clock, spacingMs } = this.#settings
    const waitMs = this.#lastStartMs + spacingMs - clock.now()
    if (waitMs > 0) await clock.sleep(waitMs, signal)
    this.#lastStartMs = clock.now()
    const settings = { ...connection, settingsWay: this.#settingsWay }
    return Connection.connect(settings, database, this.#withOptions, signal)
  }

  #retryNow(key: string): void {
    if (!isFault(this.#refusals.get(key)?.error)) this.#refusals.delete(key)
  }

  #refused(key: string, error: unknown): void {
    const nowMs = this.#settings.clock.now()
    const last = this.#refusals.get(key)
    const isOld = last === undefined || last.notBeforeMs + forgetAfterMs < nowMs
    const failures = isOld ? 1 : last.failures + 1
    this.#refusals.set(key, { failures, notBeforeMs: nowMs + backoffDelay(reconnect, failures), error })
    for (const [other, { notBeforeMs }] of this.#refusals) {
      if (notBeforeMs + forgetAfterMs < nowMs) this.#refusals.delete(other)
    }
  }
}

/** Whether a server broke the protocol. */
function isFault(error: unknown): boolean {
  return (
    error instanceof QueryError && error.code === sqlState.protocolViolation && error.cause instanceof ProtocolFault
  )
}

/** PgBouncer: "unsupported startup parameter: options", or one that it doesn't know in them. */
function refusesOptions(error: unknown): boolean {
  return error instanceof QueryError && error.code === sqlState.protocolViolation && error.message.includes('options')
}
