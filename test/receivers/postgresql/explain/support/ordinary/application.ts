/** A schema as a framework makes it, and what its users send, as pg_stat_statements shows it. */
export interface Application {
  /** Of its schema and of its role. */
  readonly name: string
  readonly schema: string
  readonly statements: readonly string[]
}
