import type { Clock } from '../../../component/clock.ts'
import { QueryError } from '../connection/query-error.ts'
import { CodeQueries } from '../server/code-queries.ts'
import type { RunContext } from '../server/read-server-state.ts'
import type { Omission } from '../server/requirements.ts'
import { unmetDenial } from '../server/requirements.ts'

export interface StatementFactsSettings {
  readonly clock: Clock
  /** Called with what isn't collected; logs each thing once. */
  readonly omitted: (omissions: readonly Omission[]) => void
  /** Called with what works less well than it could; logs each thing once. */
  readonly degraded: (message: string) => void
}

/** What each statement is asked for. */
const facts = {
  statement_settings: {
    thing: 'whether statements are counted',
    without: 'Whether statements are counted is not known',
  },
  roles: { thing: 'names of roles', without: 'Statements are shown without role' },
  statement_texts: { thing: 'names of statements', without: 'Statements are shown without name' },
} as const

/** What is asked about statements besides their counters. None of it fails the reading that it belongs to. */
export class StatementFacts {
  readonly #settings: StatementFactsSettings
  readonly #queries: CodeQueries

  constructor(settings: StatementFactsSettings) {
    this.#settings = settings
    this.#queries = new CodeQueries(settings.clock, () => {})
  }

  /**
   * Runs what asks for it, where that isn't denied and hasn't failed lately.
   * @throws what ends the connection; the signal's reason when aborted
   */
  async learn(
    name: keyof typeof facts,
    sql: string,
    { connection, serverState }: RunContext,
    signal: AbortSignal,
    run: () => Promise<void>,
  ): Promise<void> {
    const { omitted, degraded } = this.#settings
    const denial = serverState.grants.denials.findIn(sql)
    const { thing, without } = facts[name]
    if (denial !== undefined) {
      return omitted([{ metric: thing, query: name, ...unmetDenial(denial, serverState.userName) }])
    }
    try {
      await this.#queries.ask(name, connection, signal, run)
    } catch (error) {
      signal.throwIfAborted()
      if (connection.closed || !(error instanceof QueryError)) throw error
      degraded(`${without} until it can be read: ${error.message}.`)
    }
  }
}
