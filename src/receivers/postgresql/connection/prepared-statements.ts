import { QueryError } from './query-error.ts'
import { sqlState } from './sqlstate.ts'

/** Of one connection: each is kept by the server as long as the connection. */
const mostNames = 32
/** The name isn't known, is taken, or what it stands for gives other columns now. */
const ofTheName: ReadonlySet<string> = new Set([
  sqlState.invalidSqlStatementName,
  sqlState.duplicatePreparedStatement,
  sqlState.featureNotSupported,
])

/**
 * Names for statements that one connection asks over and over, so that the server parses each once and, from the sixth
 * time on, plans it once (manual, "PREPARE").
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
    const name = `otelephant_${this.#names.size + 1}`
    this.#names.set(text, name)
    return name
  }
}
