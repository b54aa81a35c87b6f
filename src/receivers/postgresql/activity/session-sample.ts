import type { Connection } from '../connection/connection.ts'

/** Sessions that do the same at one moment. */
export interface SessionGroup {
  /** `undefined` for processes of no database. */
  readonly databaseOid: string | undefined
  /** pg_stat_activity.backend_type. */
  readonly backendType: string
  /** pg_stat_activity.state; `undefined` for the server's own processes. */
  readonly state: string | undefined
  /** `undefined` while running. */
  readonly waitEventType: string | undefined
  readonly waitEvent: string | undefined
  /** From 14 on, where compute_query_id is on and the sample asked for it. */
  readonly queryId: string | undefined
  readonly sessions: number
}

/** What all sessions that aren't idle did at one moment. */
export interface SessionSample {
  readonly groups: readonly SessionGroup[]
  /** compute_query_id; `undefined` before 14. */
  readonly computeQueryId: string | undefined
  /** What the statement cost the server, milliseconds. */
  readonly costMs: number
}

export interface SampleSettings {
  /** Whether sessions are told apart by statement. */
  readonly byStatement: boolean
}

/** From 14 on. */
export function knowsQueryIds(versionNumber: number): boolean {
  return versionNumber >= 140000
}

/**
 * pg_stat_get_activity and not its view, which joins names that nobody needs and waits for locks on their catalogs. Idle
 * sessions and the server's processes in their main loops (waits of the type Activity) are dropped before anything is grouped. The last row says what it cost.
 */
function sampleText(byStatement: boolean): string {
  return `WITH /* otelephant session sample */ groups AS MATERIALIZED (
    SELECT a.datid, a.backend_type, a.state, a.wait_event_type, a.wait_event,
      ${byStatement ? 'a.query_id' : 'NULL::int8'} AS query_id, count(*) AS sessions
    FROM pg_stat_get_activity(NULL) AS a
    WHERE a.state IS DISTINCT FROM 'idle' AND a.wait_event_type IS DISTINCT FROM 'Activity' AND a.pid <> pg_backend_pid()
    GROUP BY 1, 2, 3, 4, 5, 6)
  SELECT g.datid, g.backend_type, g.state, g.wait_event_type, g.wait_event, g.query_id, g.sessions,
    NULL::text, NULL::float8
  FROM groups AS g
  UNION ALL
  SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, current_setting('compute_query_id', true),
    extract(epoch FROM clock_timestamp() - statement_timestamp()) * 1000`
}

const texts = { plain: sampleText(false), byStatement: sampleText(true) } as const

export function sampleTextOf(versionNumber: number, { byStatement }: SampleSettings): string {
  return byStatement && knowsQueryIds(versionNumber) ? texts.byStatement : texts.plain
}

/** @throws QueryError; the signal's reason when aborted */
export async function takeSample(
  connection: Connection,
  settings: SampleSettings,
  signal: AbortSignal,
): Promise<SessionSample> {
  const rows = await connection.query('session_sample', sampleTextOf(connection.versionNumber, settings), [], signal)
  const groups: SessionGroup[] = []
  let server: Omit<SessionSample, 'groups'> = { computeQueryId: undefined, costMs: 0 }
  for (const row of rows) {
    const [databaseOid, backendType, state, waitEventType, waitEvent, queryId, sessions, setting, cost] = row.map(
      (value) => value ?? undefined,
    )
    if (sessions === undefined) {
      server = { computeQueryId: setting, costMs: Number(cost) }
      continue
    }
    groups.push({
      databaseOid,
      backendType: backendType ?? 'unknown',
      state,
      waitEventType,
      waitEvent,
      queryId,
      sessions: Number(sessions),
    })
  }
  return { groups, ...server }
}

/** Whether these sessions have track_activities off: they look like idle ones, on every version. */
export function isUntracked({ state }: SessionGroup): boolean {
  return state === 'disabled'
}

/** The kind of wait; `CPU` for none, and a class of its own for an open transaction whose client is silent. */
export function waitClassOf({ state, waitEventType }: SessionGroup): string {
  if (state?.startsWith('idle in transaction') === true) return 'IdleInTransaction'
  return waitEventType ?? 'CPU'
}

/** Whether these sessions wait for a lock that another session holds or is ahead in line for. */
export function isBlocked({ waitEventType }: SessionGroup): boolean {
  return waitEventType === 'Lock'
}
