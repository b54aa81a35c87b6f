import type { Clock } from '../../../component/clock.ts'
import { type Discovery, type DiscoverySettings, discover, discoverText } from './discovery.ts'
import type { Omission } from './requirements.ts'
import { unmetDenial } from './requirements.ts'
import { Retry } from './retry.ts'
import type { ConnectedServer } from './server-connection.ts'

export interface DatabaseListSettings {
  readonly discovery: DiscoverySettings
  readonly clock: Clock
  readonly intervalMs: number
  /** Called with each discovery. */
  readonly discovered: (discovery: Discovery) => void
  /** Called with what isn't collected; logs each thing once. */
  readonly omitted: (omissions: readonly Omission[]) => void
}

/** What a database is called, by its oid. */
export type DatabaseNames = Pick<DatabaseList, 'names'>

const none: Discovery = { monitored: [], excluded: '', missing: [], names: new Map() }

/** The server's databases as they were found last. While they can't be read, the known ones are still watched. */
export class DatabaseList {
  readonly #settings: DatabaseListSettings
  readonly #retry: Retry
  #turn: Promise<unknown> = Promise.resolve()
  #last: Discovery | undefined
  /** Databases that were asked for once because nobody knew them. */
  #unknown: ReadonlySet<string> = new Set()

  constructor(settings: DatabaseListSettings) {
    this.#settings = settings
    this.#retry = Retry.eachInterval(settings.clock, settings.intervalMs)
  }

  /** What was found last; `undefined` before that. */
  get last(): Discovery | undefined {
    return this.#last
  }

  /** Why it couldn't be read last; `undefined` if it could. */
  get error(): Error | undefined {
    return this.#retry.error
  }

  /** By oid, of every database. */
  get names(): ReadonlyMap<string, string> {
    return this.#last?.names ?? none.names
  }

  /**
   * @returns what was found last where it can't be read now; `undefined` where it never could be
   * @throws QueryError when the connection is lost; the signal's reason when aborted
   */
  async read(server: ConnectedServer, signal: AbortSignal): Promise<Discovery | undefined> {
    // Two scrapers ask at each tick: a list that failed for one isn't read again for the other.
    const turn = this.#turn.then(() => this.#read(server, signal))
    this.#turn = turn.catch(() => undefined)
    return turn
  }

  async #read({ connection, serverState }: ConnectedServer, signal: AbortSignal): Promise<Discovery | undefined> {
    const { discovery, discovered, omitted } = this.#settings
    const { grants, userName } = serverState
    const denial = grants.denials.findIn(discoverText)
    if (denial !== undefined) {
      omitted([{ metric: 'everything about databases', query: 'discover', ...unmetDenial(denial, userName) }])
      this.#last = none
    }
    if (denial !== undefined || this.#retry.obstacle !== undefined) return this.#last
    try {
      this.#last = await discover(connection, discovery, grants.denials, signal)
      this.#retry.succeeded()
      discovered(this.#last)
    } catch (error) {
      signal.throwIfAborted()
      if (connection.closed || !(error instanceof Error)) throw error
      this.#retry.failed(error)
    }
    return this.#last
  }

  /** Reads the list again for databases that it doesn't have, once for each. Throws only the signal's reason. */
  async learn(oids: readonly string[], server: ConnectedServer, signal: AbortSignal): Promise<void> {
    const unknown = new Set(oids.filter((oid) => !this.names.has(oid)))
    const isNews = [...unknown].some((oid) => !this.#unknown.has(oid))
    this.#unknown = unknown
    if (isNews) await this.read(server, signal).catch(() => signal.throwIfAborted())
  }
}
