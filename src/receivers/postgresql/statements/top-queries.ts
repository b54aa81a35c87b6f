import type { EventName, EventsBuilder } from '../../../../generated/postgresql/events.ts'
import { sentQueryId, statementAttributes } from './statement-attributes.ts'
import type { StatementColumn, StatementIncrease } from './statement-increase.ts'
import type { StatementName } from './statement-names.ts'

/** The rows that took the most time since the reading before. */
export function topQueries(rows: readonly StatementIncrease[], count: number): StatementIncrease[] {
  return rows
    .filter(({ calls, seconds }) => calls > 0 && seconds > 0)
    .sort((a, b) => b.seconds - a.seconds)
    .slice(0, count)
}

export interface TopQuery {
  readonly row: StatementIncrease
  readonly name: StatementName
  readonly role: string | undefined
  /** JSON; where plans have no event of their own. */
  readonly plan: string | undefined
}

/** @param incomplete whether entries were evicted meanwhile; `undefined` where that can't be known */
export function recordTopQuery(
  events: EventsBuilder,
  timeMs: number,
  { row, name, role, plan }: TopQuery,
  incomplete: boolean | undefined,
): void {
  events.recordDbServerTopQuery(timeMs, {
    'db.namespace': row.database,
    ...statementAttributes(name),
    'postgresql.calls': row.calls,
    'postgresql.rows': row.of('rows'),
    'postgresql.shared_blks_dirtied': row.of('shared_dirtied'),
    'postgresql.shared_blks_hit': row.of('shared_hit'),
    'postgresql.shared_blks_read': row.of('shared_read'),
    'postgresql.shared_blks_written': row.of('shared_written'),
    'postgresql.temp_blks_read': row.of('temp_read'),
    'postgresql.temp_blks_written': row.of('temp_written'),
    'postgresql.queryid': sentQueryId(name, row.queryid),
    'postgresql.userid': row.userId,
    'postgresql.rolname': role,
    'postgresql.total_exec_time': row.seconds,
    'postgresql.total_plan_time': row.of('plan_time'),
    'postgresql.query_plan': plan,
    'postgresql.interval.incomplete': incomplete,
  })
}

/** The columns that an event is made of. */
export const topQueryExtra = {
  event: 'db.server.top_query',
  columns: [
    ...['calls', 'execution_time', 'plan_time', 'rows'],
    ...['shared_dirtied', 'shared_hit', 'shared_read', 'shared_written', 'temp_read', 'temp_written'],
  ],
} as const satisfies { readonly event: EventName; readonly columns: readonly StatementColumn[] }
