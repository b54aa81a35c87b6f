import type { ShownText } from '../../../sql-text/statement-texts.ts'
import type { Session, TextRow } from '../session.ts'
import { shownStatement, statementColumns } from './shown-statement.ts'

/** How many waiters are asked for their blockers, the longest first. */
const askedWaiters = 20

/** A session as pg_stat_activity shows it. Times are the server's text. */
export interface SampledSession {
  readonly pid: number
  readonly database: string | undefined
  readonly user: string | undefined
  readonly applicationName: string | undefined
  readonly clientAddress: string | undefined
  /** -1 for a unix socket. */
  readonly clientPort: number | undefined
  readonly clientHostname: string | undefined
  readonly backendStart: string | undefined
  readonly connectedSeconds: number | undefined
  readonly transactionStart: string | undefined
  readonly queryStart: string | undefined
  readonly state: string | undefined
  readonly waitEventType: string | undefined
  readonly waitEvent: string | undefined
  /** From 14 on, where compute_query_id is on. */
  readonly queryId: string | undefined
  /** How long the statement has run, or ran where the session is idle. */
  readonly executedMs: number
  readonly statement: ShownText
  /** `{123,456}`; `undefined` where it wasn't asked. */
  readonly blockers: string | undefined
  readonly lock: AwaitedLock | undefined
}

export interface AwaitedLock {
  readonly mode: string | undefined
  readonly type: string | undefined
  /** Its name where it is in the database that is connected to, else its oid. */
  readonly relation: string | undefined
  /** From 14 on. */
  readonly waitStart: string | undefined
  readonly waitedSeconds: number | undefined
}

export interface SampledSessionsSettings {
  readonly maxRows: number
  /** Empty for all. */
  readonly databases: readonly string[]
  readonly excludedDatabases: readonly string[]
  /** Whether who blocks whom may be asked now. */
  readonly withBlockers: boolean
}

/** Idle sessions are wanted only where they keep others waiting, as session-level advisory locks do. */
function sampledText(versionNumber: number, withBlockers: boolean): string {
  const modern = versionNumber >= 140000
  return `WITH /* otelephant query sample */ sessions AS MATERIALIZED (
    SELECT a.pid, a.query_start, a.wait_event_type FROM pg_stat_get_activity(NULL) AS a
    WHERE a.pid <> pg_backend_pid() AND (a.state IS DISTINCT FROM 'idle' AND a.wait_event_type IS DISTINCT FROM 'Activity')),
  blocked AS MATERIALIZED (
    SELECT w.pid, pg_blocking_pids(w.pid) AS blockers FROM (
      SELECT s.pid FROM sessions AS s WHERE s.wait_event_type = 'Lock' AND $4::bool
      ORDER BY s.query_start, s.pid LIMIT ${askedWaiters}) AS w),
  waiting AS MATERIALIZED (
    SELECT DISTINCT ON (l.pid) l.pid, l.mode, l.locktype, ${modern ? 'l.waitstart' : 'NULL::timestamptz'} AS waitstart,
      COALESCE(CASE WHEN l.database IN (0, (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database()))
        THEN (SELECT c.relname::text FROM pg_class AS c WHERE c.oid = l.relation) END, l.relation::text) AS relation
    FROM pg_locks AS l
    WHERE NOT l.granted AND EXISTS (SELECT FROM sessions AS s WHERE s.wait_event_type = 'Lock') ORDER BY l.pid)
  SELECT a.pid, d.datname, pg_get_userbyid(NULLIF(a.usesysid, 0)), a.application_name, host(a.client_addr), a.client_port,
    a.client_hostname, a.backend_start, floor(extract(epoch FROM clock_timestamp() - a.backend_start)), a.xact_start,
    a.query_start, a.state, a.wait_event_type, a.wait_event, ${modern ? 'a.query_id' : 'NULL'},
    extract(epoch FROM CASE WHEN a.state = 'active' THEN clock_timestamp() - a.query_start
      WHEN a.state LIKE 'idle%' THEN a.state_change - a.query_start END) * 1000,
    ${statementColumns('a')}, ${withBlockers ? "COALESCE(b.blockers::text, CASE WHEN a.wait_event_type IS DISTINCT FROM 'Lock' THEN '{}' END)" : 'NULL'},
    w.mode, w.locktype, w.relation, w.waitstart, floor(extract(epoch FROM clock_timestamp() - w.waitstart))
  FROM (SELECT s.pid FROM sessions AS s UNION SELECT unnest(b.blockers) FROM blocked AS b) AS p
    CROSS JOIN LATERAL pg_stat_get_activity(p.pid) AS a LEFT JOIN pg_database AS d ON d.oid = a.datid
    LEFT JOIN blocked AS b ON b.pid = a.pid LEFT JOIN waiting AS w ON w.pid = a.pid
  WHERE a.query <> '' AND a.query <> '<insufficient privilege>' AND a.query_start IS NOT NULL
    AND (d.datname IS NULL OR d.datname <> ALL ($2::text[]) AND ($3::text[] = '{}' OR d.datname = ANY ($3::text[])))
  ORDER BY a.query_start LIMIT $1`
}

/** What runs, waits, or keeps others waiting now, the longest first. */
export async function readSampledSessions(
  session: Session,
  { maxRows, databases, excludedDatabases, withBlockers }: SampledSessionsSettings,
  signal: AbortSignal,
): Promise<SampledSession[]> {
  const text = sampledText(session.versionNumber, withBlockers)
  const rows = await session.query(
    'query_sample',
    text,
    [maxRows, [...excludedDatabases], [...databases], withBlockers],
    signal,
  )
  return rows.map(sessionOf)
}

function sessionOf(row: TextRow): SampledSession {
  const present = row.map((value) => value ?? undefined)
  const [pid, database, user, applicationName, clientAddress, clientPort, clientHostname, backendStart, connected] =
    present
  const [transactionStart, queryStart, state, waitEventType, waitEvent, queryId, executed, ...rest] = present.slice(9)
  const [statement, bytes, size, blockers] = rest
  return {
    pid: Number(pid),
    database,
    user,
    applicationName,
    clientAddress,
    clientPort: numberOf(clientPort),
    clientHostname,
    backendStart,
    connectedSeconds: numberOf(connected),
    transactionStart,
    queryStart,
    state,
    waitEventType,
    waitEvent,
    queryId,
    executedMs: numberOf(executed) ?? 0,
    statement: shownStatement(statement ?? '', bytes, size),
    blockers,
    lock: lockOf(row),
  }
}

function lockOf(row: TextRow): AwaitedLock | undefined {
  const [mode, type, relation, waitStart, waited] = row.slice(20).map((value) => value ?? undefined)
  return type === undefined ? undefined : { mode, type, relation, waitStart, waitedSeconds: numberOf(waited) }
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text)
}
