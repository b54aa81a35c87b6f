import type { ShownText } from '../../../sql-text/pool/statement-texts.ts'
import type { Connection, TextRow } from '../connection/connection.ts'
import type { DatabaseNames } from '../server/database-list.ts'
import { shownStatement, statementColumns } from './shown-statement.ts'

/** How long is too long, milliseconds; 0 for never. */
export interface LongRunningThresholds {
  readonly transactionMs: number
  readonly idleInTransactionMs: number
  readonly statementMs: number
}

export type LongRunningKind = 'transaction' | 'idle_in_transaction' | 'statement'

/** Something that has lasted too long. Times are the server's text. */
export interface LongThing {
  readonly kind: LongRunningKind
  readonly pid: number
  readonly backendStart: string
  readonly startedAt: string
  readonly lastedMs: number
}

/** What is reported of a session. */
export interface SessionDetails {
  readonly pid: number
  readonly backendStart: string
  readonly database: string | undefined
  readonly user: string | undefined
  readonly applicationName: string | undefined
  readonly clientAddress: string | undefined
  readonly state: string | undefined
  readonly waitEventType: string | undefined
  readonly waitEvent: string | undefined
  readonly statement: ShownText
}

/** One row a thing; a session may be all three in turn. Without texts: there may be as many rows as sessions. */
export const thingsText = `SELECT /* otelephant long running */ k.kind, a.pid, a.backend_start, k.since,
    extract(epoch FROM clock_timestamp() - k.since) * 1000
  FROM pg_stat_get_activity(NULL) AS a CROSS JOIN LATERAL (VALUES
    ('transaction', a.xact_start, $1::float8),
    ('idle_in_transaction', CASE WHEN a.state LIKE 'idle in transaction%' THEN a.state_change END, $2::float8),
    ('statement', CASE WHEN a.state = 'active' THEN a.query_start END, $3::float8)) AS k(kind, since, limit_ms)
  WHERE a.backend_type = 'client backend' AND a.pid <> pg_backend_pid()
    AND k.limit_ms > 0 AND k.since < clock_timestamp() - make_interval(secs => k.limit_ms / 1000)
  ORDER BY k.since`

export const detailsText = `SELECT /* otelephant long running details */ a.pid, a.backend_start, a.datid,
    pg_get_userbyid(a.usesysid), a.application_name, host(a.client_addr), a.state, a.wait_event_type, a.wait_event,
    ${statementColumns('a')}
  FROM unnest($1::int4[]) AS p(pid) CROSS JOIN LATERAL pg_stat_get_activity(p.pid) AS a`

/** Everything that lasts too long now, the oldest first. */
export async function readLongThings(
  connection: Connection,
  thresholds: LongRunningThresholds,
  signal: AbortSignal,
): Promise<LongThing[]> {
  const { transactionMs, idleInTransactionMs, statementMs } = thresholds
  const values = [transactionMs, idleInTransactionMs, statementMs]
  const rows = await connection.query('long_running', thingsText, values, signal)
  return rows.flatMap(thingOf)
}

/** Those of the sessions that still exist. */
export async function readSessionDetails(
  connection: Connection,
  pids: readonly number[],
  { names }: DatabaseNames,
  signal: AbortSignal,
): Promise<SessionDetails[]> {
  const rows = await connection.query('long_running_details', detailsText, [`{${pids.join(',')}}`], signal)
  return rows.map((row) => {
    const [
      pid,
      backendStart,
      databaseOid,
      user,
      applicationName,
      clientAddress,
      state,
      waitEventType,
      waitEvent,
      statement,
      bytes,
      size,
    ] = row.map((value) => value ?? undefined)
    return {
      pid: Number(pid),
      backendStart: backendStart ?? '',
      database: names.get(databaseOid ?? ''),
      user,
      applicationName,
      clientAddress,
      state,
      waitEventType,
      waitEvent,
      statement: shownStatement(statement ?? '', bytes, size),
    }
  })
}

function thingOf([kind, pid, backendStart, startedAt, lastedMs]: TextRow): LongThing[] {
  if (kind !== 'transaction' && kind !== 'idle_in_transaction' && kind !== 'statement') return []
  return [
    {
      kind,
      pid: Number(pid),
      backendStart: backendStart ?? '',
      startedAt: startedAt ?? '',
      lastedMs: Number(lastedMs),
    },
  ]
}
