import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Cluster } from '../../src/demo/embedded-postgres/cluster.ts'
import { BareSession } from './bare-session.ts'

/** As many backends start at a time. */
const atOnce = 25
/** What those who work are at: so many different statements. */
const differentStatements = 30
const database = 'postgres'
const user = 'app'

/** What the sessions of a crowd are at. */
export type Occupation = 'mixed' | 'waiting for one row'

/** Many sessions of an application; all end with the scope. */
export class Crowd implements AsyncDisposable {
  readonly #cluster: Cluster
  readonly #sessions: BareSession[] = []

  private constructor(cluster: Cluster) {
    this.#cluster = cluster
  }

  /** Four of five are idle, or all wait for a row that one more holds. Resolves when they are at it. */
  static async on(cluster: Cluster, count: number, occupation: Occupation): Promise<Crowd> {
    const crowd = new Crowd(cluster)
    await crowd.#open(count)
    await (occupation === 'mixed' ? crowd.#mix() : crowd.#queueUp())
    return crowd
  }

  /** Their backends don't listen while they sleep or wait, so the server ends them. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#cluster.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${user}'`)
    for (const session of this.#sessions) session.end()
  }

  async #open(count: number): Promise<void> {
    while (this.#sessions.length < count) {
      const more = Array.from({ length: Math.min(atOnce, count - this.#sessions.length) }, () => this.#connect())
      this.#sessions.push(...(await Promise.all(more)))
    }
  }

  async #mix(): Promise<void> {
    let working = 0
    for (const [at, session] of this.#sessions.entries()) {
      await session.run('SELECT 1')
      if (at % 5 !== 0) continue
      working += 1
      // The number of columns makes the statement another one.
      const columns = Array.from({ length: working % differentStatements }, () => 'true')
      session.begin(`SELECT ${['pg_sleep(3600)', ...columns].join(', ')}`)
    }
    await this.#until('PgSleep', working)
  }

  async #queueUp(): Promise<void> {
    const holder = await this.#connect()
    const change = 'UPDATE stock SET n = n + 1 WHERE id = 1'
    await holder.run('BEGIN')
    await holder.run(change)
    for (const session of this.#sessions) session.begin(change)
    await this.#until('Lock', this.#sessions.length)
    this.#sessions.push(holder)
  }

  #connect(): Promise<BareSession> {
    const { socketDirectory, port } = this.#cluster
    return BareSession.connect(join(socketDirectory, `.s.PGSQL.${port}`), database, user)
  }

  async #until(wait: string, count: number): Promise<void> {
    await using watcher = await this.#cluster.connect()
    for (;;) {
      const { rows } = await watcher.query<{ count: string }>(
        `SELECT count(*) FROM pg_stat_activity WHERE usename = '${user}' AND '${wait}' IN (wait_event, wait_event_type)`,
      )
      if (Number(rows[0]?.count) >= count) return
      await delay(200)
    }
  }
}
