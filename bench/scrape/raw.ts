import pg from 'pg'
import type { Cluster } from '../../src/demo/embedded-postgres/cluster.ts'
import type { Visit } from './recording.ts'

const asText = { getTypeParser: () => (text: string) => text }

/** The floor: the recorded statements on bare clients, in extended mode, connected for each visit as the scrape did. */
export class RawClients implements AsyncDisposable {
  readonly #cluster: Cluster
  #kept: pg.Client | undefined

  constructor(cluster: Cluster) {
    this.#cluster = cluster
  }

  async replay(visits: readonly Visit[]): Promise<void> {
    for (const visit of visits) {
      const client = visit.kept ? await this.#keptClient(visit) : await this.#connect(visit)
      for (const { text, values } of visit.statements) {
        // queryMode is missing in the library's types.
        const statement = { text, values: [...values], rowMode: 'array' as const, queryMode: 'extended', types: asText }
        await client.query(statement)
      }
      if (!visit.kept) await client.end()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#kept?.end()
  }

  async #keptClient(visit: Visit): Promise<pg.Client> {
    this.#kept ??= await this.#connect(visit)
    return this.#kept
  }

  async #connect({ database, options }: Visit): Promise<pg.Client> {
    const { host, port } = this.#cluster
    const client = new pg.Client({ host, port, database, options, user: 'otelephant' })
    await client.connect()
    return client
  }
}
