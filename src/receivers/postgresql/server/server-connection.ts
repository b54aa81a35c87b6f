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

/** A connection, and what its first statement of this tick said of the server. */
export interface ConnectedServer {
  readonly connection: Connection
  readonly serverState: ServerState
}

export interface ServerConnectionSettings {
  readonly connector: Connector
  readonly database: string
  readonly watch: ServerWatch
  readonly clock: Clock
  /** How often its state is read. */
  readonly intervalMs: number
}

interface Kept {
  readonly connection: Connection
  readonly readState: ReadState
}

/**
 * The one connection that reads the server's own statistics: kept from tick to tick, opened again when it is lost. Callers
 * at the same time share one try. It goes on when they have given up: otherwise a server that takes longer to answer than
 * they can wait would never be reached.
 */
export class ServerConnection {
  readonly #settings: ServerConnectionSettings
  readonly #refusals: GrantsRefusals
  readonly #grants: GrantsReader
  readonly #retry: Retry
  readonly #lifetime = new AbortController()
  #kept: Kept | undefined
  #last: ConnectedServer | undefined
  #trying: Promise<ConnectedServer> | undefined

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
  async readState(signal: AbortSignal): Promise<ConnectedServer> {
    signal.throwIfAborted()
    this.#trying ??= this.#try()
    return unlessAborted(this.#trying, signal)
  }

  /** What was read last, while its connection lives: connects to nothing and asks nothing. */
  get current(): ConnectedServer | undefined {
    return this.#last?.connection.closed === false ? this.#last : undefined
  }

  /** The connection, while it lives, whether or not the state could be read. */
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

  async #try(): Promise<ConnectedServer> {
    try {
      return await this.#readState(this.#lifetime.signal)
    } finally {
      this.#trying = undefined
    }
  }

  async #readState(signal: AbortSignal): Promise<ConnectedServer> {
    if (this.#kept !== undefined && !this.#kept.connection.closed) {
      try {
        return await this.#ask(this.#kept)
      } catch (error) {
        // It may have died with a restart since the last tick: then the reason is read on a new one.
        signal.throwIfAborted()
        if (!this.#kept.connection.closed || error instanceof MalformedAnswerError) throw error
      }
    }
    const { connector, database, clock } = this.#settings
    const connection = await connector.connect(database, signal)
    this.#kept = { connection, readState: stateReader(connection, this.#grants, clock) }
    this.#retry.succeeded()
    return this.#ask(this.#kept)
  }

  async #ask({ connection, readState }: Kept): Promise<ConnectedServer> {
    const obstacle = this.#retry.obstacle
    if (obstacle !== undefined) throw obstacle
    try {
      const serverState = await readState(this.#lifetime.signal)
      this.#retry.succeeded()
      this.#settings.watch.see(serverState)
      this.#last = { connection, serverState }
      return this.#last
    } catch (error) {
      this.#lifetime.signal.throwIfAborted()
      // The next answer on this connection may belong to another statement too.
      if (error instanceof MalformedAnswerError) await connection.close()
      else if (!connection.closed && error instanceof Error) this.#retry.failed(error)
      throw error
    }
  }
}
