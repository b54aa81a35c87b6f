import type { Clock } from '../../component/clock.ts'
import type { Connector } from './connector.ts'
import { type Observation, type Observe, observer } from './observation.ts'
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
  #kept: { readonly session: Session; readonly observe: Observe } | undefined
  #last: Observed | undefined
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

  /** What was observed last, while its session lives: connects to nothing and asks nothing. */
  get current(): Observed | undefined {
    return this.#last?.session.closed === false ? this.#last : undefined
  }

  async close(): Promise<void> {
    await this.#kept?.session.close()
  }

  async #observe(signal: AbortSignal): Promise<Observed> {
    if (this.#kept !== undefined && !this.#kept.session.closed) {
      try {
        return await this.#ask(this.#kept, signal)
      } catch (error) {
        // It may have died with a restart since the last tick: then a new one tells more.
        signal.throwIfAborted()
        if (!this.#kept.session.closed) throw error
      }
    }
    this.#kept = await this.#open(signal)
    return this.#ask(this.#kept, signal)
  }

  async #open(signal: AbortSignal) {
    const session = await this.#connector.connect(this.#database, signal)
    try {
      return { session, observe: await observer(session, this.#clock, signal) }
    } catch (error) {
      await session.close()
      throw error
    }
  }

  async #ask({ session, observe }: { session: Session; observe: Observe }, signal: AbortSignal): Promise<Observed> {
    const observation = await observe(signal)
    this.#watch.observe(observation)
    this.#last = { session, observation }
    return this.#last
  }
}
