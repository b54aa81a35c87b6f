import { type BackoffSettings, backoffDelay } from '../../component/backoff.ts'
import type { Clock } from '../../component/clock.ts'
import { QueryError } from './query-error.ts'
import { type ConnectionSettings, Session } from './session.ts'
import { sqlState } from './sqlstate.ts'

export interface ConnectorSettings {
  readonly connection: ConnectionSettings
  readonly clock: Clock
  /** At least this long between the starts of two connections. */
  readonly spacingMs: number
  /** Called for every connection that is opened. */
  readonly opened: () => void
}

const reconnect: BackoffSettings = { initialMs: 1_000, maxMs: 60_000, multiplier: 2, jitter: 0.5 }

/**
 * Opens every connection of one receiver: at most one new one a second, and after a failure to reach the server none
 * until the back-off is over, whoever asks.
 */
export class Connector {
  readonly #settings: ConnectorSettings
  #turn: Promise<unknown> = Promise.resolve()
  #lastStartMs = Number.NEGATIVE_INFINITY
  #withOptions = true
  #failures = 0
  #notBeforeMs = Number.NEGATIVE_INFINITY
  #lastError: unknown

  constructor(settings: ConnectorSettings) {
    this.#settings = settings
  }

  /** @throws QueryError when the server can't be reached or refuses, or while the back-off lasts */
  async connect(database: string, signal: AbortSignal): Promise<Session> {
    const turn = this.#turn.then(async () => {
      const { clock, spacingMs } = this.#settings
      signal.throwIfAborted()
      if (clock.now() < this.#notBeforeMs) throw this.#lastError
      const waitMs = this.#lastStartMs + spacingMs - clock.now()
      if (waitMs > 0) await clock.sleep(waitMs, signal)
      this.#lastStartMs = clock.now()
      return this.#attempt(database, signal)
    })
    this.#turn = turn.catch(() => undefined)
    return turn
  }

  async #attempt(database: string, signal: AbortSignal): Promise<Session> {
    const { connection, clock, opened } = this.#settings
    try {
      const session = await this.#negotiate(database, connection, signal)
      this.#failures = 0
      this.#notBeforeMs = Number.NEGATIVE_INFINITY
      opened()
      return session
    } catch (error) {
      // A database that refuses or is gone says nothing about the server.
      if (!signal.aborted && !concernsDatabase(error)) {
        this.#failures += 1
        this.#lastError = error
        this.#notBeforeMs = clock.now() + backoffDelay(reconnect, this.#failures)
      }
      throw error
    }
  }

  async #negotiate(database: string, connection: ConnectionSettings, signal: AbortSignal): Promise<Session> {
    try {
      return await Session.connect(connection, database, this.#withOptions, signal)
    } catch (error) {
      // PgBouncer: "unsupported startup parameter: options".
      if (!this.#withOptions || !(error instanceof QueryError) || !refusesOptions(error)) throw error
      this.#withOptions = false
      return Session.connect(connection, database, false, signal)
    }
  }
}

function refusesOptions(error: QueryError): boolean {
  return error.code === sqlState.protocolViolation && error.message.includes('options')
}

/** SQLSTATEs that are about the one database: no CONNECT, doesn't exist, not accepting connections. */
function concernsDatabase(error: unknown): boolean {
  return (
    error instanceof QueryError &&
    (error.code === sqlState.insufficientPrivilege ||
      error.code === sqlState.objectNotInPrerequisiteState ||
      error.code === '3D000')
  )
}
