import type { Clock } from '../../../component/clock.ts'
import type { Connection } from '../connection/connection.ts'
import type { Connector } from '../connection/connector.ts'
import { unlessAborted } from '../connection/unless-aborted.ts'
import { GrantsRefusals } from './grant-parts.ts'
import { GrantsReader } from './grants.ts'
import { MalformedAnswerError } from './malformed.ts'
import { type ReadState, type ServerState, stateReader } from './read-server-state.ts'
import { Retry } from './retry.ts'
import type { ServerWatch } from './watch.ts'

/** A session and what its first statement of this tick said. */
export interface Observed {
  readonly connection: Connection
  readonly serverState: ServerState
}

export interface ServerConnectionSettings {
  readonly connector: Connector
  readonly database: string
  readonly watch: ServerWatch
  readonly clock: Clock
  /** How often it is observed. */
  readonly intervalMs: number
}

interface Kept {
  readonly connection: Connection
  readonly observe: ReadState
}

/**
 * The one session that reads the server's own statistics: kept from tick to tick, opened again when it is lost. Those who
 * ask at the same time share one try, which goes on when they have given up: a server that takes longer to answer than
 * they can wait is reached all the same.
 */
export class ServerConnection {
  readonly #settings: ServerConnectionSettings
  readonly #refusals: GrantsRefusals
  readonly #grants: GrantsReader
  readonly #retry: Retry
  readonly #lifetime = new AbortController()
  #kept: Kept | undefined
  #last: Observed | undefined
  #trying: Promise<Observed> | undefined

  constructor(settings: ServerConnectionSettings) {
    this.#settings = settings
    this.#refusals = new GrantsRefusals(settings.clock)
    this.#grants = this.grantsReader()
    this.#retry = Retry.eachInterval(settings.clock, settings.intervalMs)
  }

  /**
   * A server that is there and fails to answer is asked again later and later.
   * @throws QueryError when the server can't be reached or asked; the signal's reason when aborted
   */
  async observe(signal: AbortSignal): Promise<Observed> {
    signal.throwIfAborted()
    this.#trying ??= this.#try()
    return unlessAborted(this.#trying, signal)
  }

  /** What was observed last, while its session lives: connects to nothing and asks nothing. */
  get current(): Observed | undefined {
    return this.#last?.connection.closed === false ? this.#last : undefined
  }

  /** The session, while it lives, whether or not it could be observed. */
  get connection(): Connection | undefined {
    return this.#kept?.connection.closed === false ? this.#kept.connection : undefined
  }

  /** Reads what the same role may do in some database. */
  grantsReader(): GrantsReader {
    const { clock, intervalMs } = this.#settings
    return new GrantsReader(clock, intervalMs, this.#refusals)
  }

  /** Why the grants are those of an earlier reading; `undefined` if they aren't. */
  get grantsError(): Error | undefined {
    return this.#grants.error
  }

  async close(): Promise<void> {
    this.#lifetime.abort(new DOMException('the connection is being closed', 'AbortError'))
    await this.#trying?.catch(() => undefined)
    await this.#kept?.connection.close()
  }

  async #try(): Promise<Observed> {
    try {
      return await this.#observe(this.#lifetime.signal)
    } finally {
      this.#trying = undefined
    }
  }

  async #observe(signal: AbortSignal): Promise<Observed> {
    if (this.#kept !== undefined && !this.#kept.connection.closed) {
      try {
        return await this.#ask(this.#kept)
      } catch (error) {
        // It may have died with a restart since the last tick: then a new one tells more.
        signal.throwIfAborted()
        if (!this.#kept.connection.closed || error instanceof MalformedAnswerError) throw error
      }
    }
    const { connector, database, clock } = this.#settings
    const connection = await connector.connect(database, signal)
    this.#kept = { connection, observe: stateReader(connection, this.#grants, clock) }
    this.#retry.succeeded()
    return this.#ask(this.#kept)
  }

  async #ask({ connection, observe }: Kept): Promise<Observed> {
    const obstacle = this.#retry.obstacle
    if (obstacle !== undefined) throw obstacle
    try {
      const serverState = await observe(this.#lifetime.signal)
      this.#retry.succeeded()
      this.#settings.watch.observe(serverState)
      this.#last = { connection, serverState }
      return this.#last
    } catch (error) {
      this.#lifetime.signal.throwIfAborted()
      // Answers of statements that were never sent follow on this connection, or anything else.
      if (error instanceof MalformedAnswerError) await connection.close()
      else if (!connection.closed && error instanceof Error) this.#retry.failed(error)
      throw error
    }
  }
}
