/** A statement as pg_stat_statements knows it. The same queryid may be another statement in another database. */
export interface StatementKey {
  readonly databaseId: string
  readonly queryid: string
}

export function textOfKey({ databaseId, queryid }: StatementKey): string {
  return `${databaseId}/${queryid}`
}
