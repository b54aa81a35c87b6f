import type { ShownText } from '../../../sql-text/pool/statement-texts.ts'
import type { Connection, TextRow } from '../connection/connection.ts'
import type { DatabaseNames } from '../server/database-list.ts'
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
  readonly onlyDatabases: readonly string[]
  readonly excludedDatabases: readonly string[]
  readonly databases: DatabaseNames
}

/** What changes from reading to reading. */
export interface SampledNow {
  /** Whether who blocks whom may be asked now. */
  readonly withBlockers: boolean
  /** Of the database that the session is in, whose relations have names. */
  readonly databaseOid: string
}

/** Idle sessions are wanted only where they keep others waiting, as session-level advisory locks do. */
export function sampledText(versionNumber: number, withBlockers: boolean): string {
  const modern = versionNumber >= 140000
  const blocked = withBlockers
    ? `SELECT w.pid, pg_blocking_pids(w.pid) AS blockers FROM (
      SELECT s.pid FROM sessions AS s WHERE s.wait_event_type = 'Lock'
      ORDER BY s.query_start, s.pid LIMIT ${askedWaiters}) AS w`
    : 'SELECT NULL::int4 AS pid, NULL::int4[] AS blockers WHERE false'
  return `WITH /* otelephant query sample */ sessions AS MATERIALIZED (
    SELECT a.pid, a.query_start, a.wait_event_type FROM pg_stat_get_activity(NULL) AS a
    WHERE a.pid <> pg_backend_pid() AND (a.state IS DISTINCT FROM 'idle' AND a.wait_event_type IS DISTINCT FROM 'Activity')),
  blocked AS MATERIALIZED (${blocked}),
  waiting AS MATERIALIZED (
    SELECT DISTINCT ON (l.pid) l.pid, l.mode, l.locktype, ${modern ? 'l.waitstart' : 'NULL::timestamptz'} AS waitstart,
      COALESCE(CASE WHEN l.database IN (0, $5::oid)
        THEN (SELECT c.relname::text FROM pg_class AS c WHERE c.oid = l.relation) END, l.relation::text) AS relation
    FROM pg_lock_status() AS l
    WHERE NOT l.granted AND EXISTS (SELECT FROM sessions AS s WHERE s.wait_event_type = 'Lock') ORDER BY l.pid)
  SELECT a.pid, a.datid, pg_get_userbyid(NULLIF(a.usesysid, 0)), a.application_name, host(a.client_addr), a.client_port,
    a.client_hostname, a.backend_start, floor(extract(epoch FROM clock_timestamp() - a.backend_start)), a.xact_start,
    a.query_start, a.state, a.wait_event_type, a.wait_event, ${modern ? 'a.query_id' : 'NULL'},
    extract(epoch FROM CASE WHEN a.state = 'active' THEN clock_timestamp() - a.query_start
      WHEN a.state LIKE 'idle%' THEN a.state_change - a.query_start END) * 1000,
    ${statementColumns('a')}, ${withBlockers ? "COALESCE(b.blockers::text, CASE WHEN a.wait_event_type IS DISTINCT FROM 'Lock' THEN '{}' END)" : 'NULL'},
    w.mode, w.locktype, w.relation, w.waitstart, floor(extract(epoch FROM clock_timestamp() - w.waitstart))
  FROM (SELECT s.pid FROM sessions AS s UNION SELECT unnest(b.blockers) FROM blocked AS b) AS p
    CROSS JOIN LATERAL pg_stat_get_activity(p.pid) AS a
    LEFT JOIN blocked AS b ON b.pid = a.pid LEFT JOIN waiting AS w ON w.pid = a.pid
  WHERE a.query <> '' AND a.query <> '<insufficient privilege>' AND a.query_start IS NOT NULL
    AND (a.datid IS NULL OR a.datid <> ALL ($2::oid[]) AND ($3::bool OR a.datid = ANY ($4::oid[])))
  ORDER BY a.query_start LIMIT $1`
}

/** What runs, waits, or keeps others waiting now, the longest first. */
export async function readSampledSessions(
  connection: Connection,
  { maxRows, databases, onlyDatabases, excludedDatabases }: SampledSessionsSettings,
  { withBlockers, databaseOid }: SampledNow,
  signal: AbortSignal,
): Promise<SampledSession[]> {
  const text = sampledText(connection.versionNumber, withBlockers)
  const oidsOf = (wanted: readonly string[]) =>
    `{${[...databases.names].flatMap(([oid, name]) => (wanted.includes(name) ? [oid] : [])).join(',')}}`
  const values = [maxRows, oidsOf(excludedDatabases), onlyDatabases.length === 0, oidsOf(onlyDatabases), databaseOid]
  const rows = await connection.query('query_sample', text, values, signal)
  return rows.map((row) => sessionOf(row, databases))
}

function sessionOf(row: TextRow, { names }: DatabaseNames): SampledSession {
  const present = row.map((value) => value ?? undefined)
  const [pid, databaseOid, user, applicationName, clientAddress, clientPort, clientHostname, backendStart, connected] =
    present
  const [transactionStart, queryStart, state, waitEventType, waitEvent, queryId, executed, ...rest] = present.slice(9)
  const [statement, bytes, size, blockers] = rest
  return {
    pid: Number(pid),
    database: names.get(databaseOid ?? ''),
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
