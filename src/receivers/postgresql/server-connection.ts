import type { Clock } from '../../component/clock.ts'
import type { Connector } from './connector.ts'
import { type Observation, observe } from './observation.ts'
import type { ServerWatch } from './server-watch.ts'
import type { Session } from './session.ts'

/** A session and what its first statement of this tick said. */
export interface Observed {
  readonly session: Session
  readonly observation: Observation
}

/** The one session that reads the server's own statistics: kept from tick to tick, opened again when it is lost. */
export class ServerConnection {
  readonly #connector: Connector
  readonly #database: string
  readonly #watch: ServerWatch
  readonly #clock: Clock
  #session: Session | undefined
  #turn: Promise<unknown> = Promise.resolve()

  constructor(connector: Connector, database: string, watch: ServerWatch, clock: Clock) {
    this.#connector = connector
    this.#database = database
    this.#watch = watch
    this.#clock = clock
  }

  /** @throws QueryError when the server can't be reached or asked */
  async observe(signal: AbortSignal): Promise<Observed> {
    const turn = this.#turn.then(() => this.#observe(signal))
    this.#turn = turn.catch(() => undefined)
    return turn
  }

  async close(): Promise<void> {
    await this.#session?.close()
  }

  async #observe(signal: AbortSignal): Promise<Observed> {
    const kept = this.#session
    if (kept !== undefined && !kept.closed) {
      try {
        return await this.#ask(kept, signal)
      } catch (error) {
        // It may have died with a restart since the last tick: then a new one tells more.
        signal.throwIfAborted()
        if (!kept.closed) throw error
      }
    }
    this.#session = await this.#connector.connect(this.#database, signal)
    return this.#ask(this.#session, signal)
  }

  async #ask(session: Session, signal: AbortSignal): Promise<Observed> {
    const observation = await observe(session, this.#clock, signal)
    this.#watch.observe(observation)
    return { session, observation }
  }
}
