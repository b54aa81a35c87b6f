import type { QueryColumns } from '../../../../generated/postgresql/queries.ts'
import type { MeasuredRow } from '../../../rows/measured-row.ts'
import type { ComposedQuery } from '../compose/composed-query.ts'
import type { StatementKey } from './statement-key.ts'

/** What metadata.yaml calls the columns of pg_stat_statements. */
export type StatementColumn = QueryColumns['statement']

/** What one row of pg_stat_statements has come to since the reading before. */
export interface StatementIncrease extends StatementKey {
  readonly identity: string
  readonly database: string
  readonly userId: string
  readonly calls: number
  /** Executing. */
  readonly seconds: number
  /** Of any counter of the query; 0 where this server hasn't got it. */
  readonly of: (column: StatementColumn) => number
}

/** Reads rows by the names that metadata gives their columns. */
export function statementIncreases(query: ComposedQuery, rows: readonly MeasuredRow[]): StatementIncrease[] {
  const places = new Map<string, number>(query.columns.map(({ name }, at) => [name, at]))
  const text = ({ row }: MeasuredRow, column: StatementColumn) => String(row[places.get(column) ?? -1] ?? '')
  return rows.map((row) => {
    const of = (column: StatementColumn) => row.increases?.[places.get(column) ?? -1] ?? 0
    return {
      identity: row.identity,
      database: text(row, 'database'),
      databaseId: text(row, 'database_id'),
      userId: text(row, 'user_id'),
      queryid: text(row, 'queryid'),
      calls: of('calls'),
      seconds: of('execution_time'),
      of,
    }
  })
}
