import { createHash } from 'node:crypto'
import { QueryError } from './query-error.ts'
import { sqlState } from './sqlstate.ts'

/** Of one connection: each is kept by the server as long as the connection. */
const mostNames = 32
/** Names of longer than 63 bytes are cut. */
const nameDigits = 32
/** The name isn't known, is taken, or what it stands for gives other columns now. */
const ofTheName: ReadonlySet<string> = new Set([
  sqlState.invalidSqlStatementName,
  sqlState.duplicatePreparedStatement,
  sqlState.featureNotSupported,
])

/**
 * Names for statements that one connection asks over and over, so that the server parses each once and, from the sixth
 * time on, plans it once (manual, "PREPARE").
 *
 * A name is made of its text: where a pooler passes a statement on to a server process that another connection has used, the
 * name stands for the same text there, or for none.
 */
export class PreparedStatements {
  readonly #names = new Map<string, string>()
  #most = mostNames

  /** Runs it under its name; without one, where there is none for it. */
  async run<S extends { readonly text: string }, R>(
    statement: S,
    run: (statement: S & { readonly name?: string | undefined }) => Promise<R>,
  ): Promise<R> {
    const name = this.#nameOf(statement.text)
    if (name === undefined) return run(statement)
    try {
      return await run({ ...statement, name })
    } catch (error) {
      if (!(error instanceof QueryError) || !ofTheName.has(error.code ?? '')) throw error
      // A pooler between us and the server doesn't keep names: from now on statements have none.
      this.#names.clear()
      this.#most = 0
      return run(statement)
    }
  }

  #nameOf(text: string): string | undefined {
    const known = this.#names.get(text)
    if (known !== undefined || this.#names.size >= this.#most) return known
    const name = `otelephant_${createHash('sha256').update(text).digest('hex').slice(0, nameDigits)}`
    this.#names.set(text, name)
    return name
  }
}
