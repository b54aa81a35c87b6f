import type { Cluster } from '../../src/demo/embedded-postgres/cluster.ts'
import type { Connection } from '../../src/demo/embedded-postgres/connect.ts'
import { longStatement, statementCount } from './long-statements.ts'
import { applicationDatabase, applicationRole } from './server.ts'

/** Run in every cycle, some more often than others. */
const usual = 200
/** Run besides, others in every cycle. */
const changing = 100
const mostCalls = 5

/** An application that runs a few hundred of the long statements between two readings of the collector's. */
export class Traffic implements AsyncDisposable {
  readonly #client: Connection
  #cycle = 0

  private constructor(client: Connection) {
    this.#client = client
  }

  static async on(cluster: Cluster): Promise<Traffic> {
    return new Traffic(await cluster.connect(applicationDatabase, applicationRole))
  }

  async cycle(): Promise<void> {
    for (let number = 0; number < usual; number++) {
      const statement = { name: `report ${number}`, text: longStatement(number), values: [number + 1] }
      for (let call = 0; call <= number % mostCalls; call++) await this.#client.query(statement)
    }
    for (let one = 0; one < changing; one++) {
      const number = usual + ((this.#cycle * changing + one) % (statementCount - usual))
      await this.#client.query(longStatement(number), [number % 1_000])
    }
    this.#cycle += 1
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.end()
  }
}
