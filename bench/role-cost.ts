import type { Connection } from '../src/demo/embedded-postgres/connect.ts'

/** The role that everything is asked as whose cost is measured. */
export const measuredRole = 'otelephant'

/** What the server spent on planning and executing the role's statements, from pg_stat_statements. */
export class RoleCost {
  readonly #stateReader: Connection

  /** @param observer a superuser's connection to a database with the extension; not the role's own */
  constructor(stateReader: Connection) {
    this.#stateReader = stateReader
  }

  /** Milliseconds that the work took on the server. The role must be doing nothing else. */
  async of(work: () => Promise<unknown>): Promise<number> {
    const before = await this.#total()
    await work()
    return (await this.#total()) - before
  }

  async #total(): Promise<number> {
    const { rows } = await this.#stateReader.query<{ ms: number }>(
      `SELECT coalesce(sum(s.total_exec_time + s.total_plan_time), 0) AS ms FROM pg_stat_statements(false) AS s
        WHERE s.userid = '${measuredRole}'::regrole`,
    )
    return rows[0]?.ms ?? 0
  }
}
