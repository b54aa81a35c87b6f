import type { ShownText } from '../../../sql-text/pool/statement-texts.ts'
import type { Connection, TextRow } from '../connection/connection.ts'
import type { DatabaseNames } from '../server/database-list.ts'
import { shownStatement, statementColumns } from './shown-statement.ts'

/** How many waiters are asked for their blockers: pg_blocking_pids stops all locking while it looks. */
const askedWaiters = 20

/** A session that waits, or that a waiting one waits for. */
export interface LockNode {
  /** 0 is a prepared transaction, which has no process. */
  readonly pid: number
  /** The one blocker that stands for all; `undefined` for a session that waits for nobody. */
  readonly parent: number | undefined
  /** What it waits for; `undefined` for a session that waits for nobody. */
  readonly wait: LockWait | undefined
  /** `undefined` for a prepared transaction and for a session that has ended meanwhile. */
  readonly session: BlockingSession | undefined
}

export interface LockWait {
  /** pg_locks.locktype and mode. */
  readonly lockType: string
  readonly mode: string
  /** `undefined` for a lock of no relation. */
  readonly relation:
    | { readonly databaseOid: string; readonly oid: string; readonly name: string | undefined }
    | undefined
  /** What is locked: the same for all that wait for the same thing. */
  readonly target: string
  /** How many wait for it, this one included. */
  readonly waiters: number
  readonly waitedMs: number
  /** The transaction that is waited for, where it is known to be a prepared one. */
  readonly preparedTransaction: string | undefined
}

/** As pg_stat_activity shows it; times are the server's text. */
export interface BlockingSession {
  readonly backendStart: string
  readonly transactionStart: string | undefined
  readonly database: string | undefined
  readonly user: string | undefined
  readonly applicationName: string | undefined
  readonly state: string | undefined
  readonly statement: ShownText | undefined
}

/** Sessions that wait for one kind of lock in one mode. */
export interface ModeCount {
  readonly lockType: string
  readonly mode: string
  readonly sessions: number
}

/** Who waits for whom: the longest waiters, and from each the way up to a session that waits for nobody. */
export interface LockGraph {
  readonly nodes: readonly LockNode[]
  /** All waiters, not the longest alone. */
  readonly modes: readonly ModeCount[]
  /** What the statement cost the server, milliseconds. */
  readonly costMs: number
}

/**
 * One blocker for each, of those that pg_blocking_pids gives: one that waits for nobody, or else the one that has waited
 * longest. Ties are cut by the process id.
 */
function blockersOf(waiters: string, level: string): string {
  return `SELECT DISTINCT ON (n.pid) n.pid, b.pid AS parent, ${level} AS level
      FROM ${waiters} AS n CROSS JOIN LATERAL unnest(pg_blocking_pids(n.pid)) AS b(pid)
        LEFT JOIN waiting AS w ON w.pid = b.pid
      ORDER BY n.pid, w.since NULLS FIRST, b.pid`
}

/** The transaction of a prepared one that holds what is waited for: its locks have no process, but a virtual transaction. */
const preparedHolder = `(SELECT min(x.transactionid::text) FROM pg_lock_status() AS h JOIN pg_lock_status() AS x
      ON x.virtualtransaction = h.virtualtransaction AND x.pid IS NULL AND x.locktype = 'transactionid' AND x.granted
    WHERE h.pid IS NULL AND h.granted AND w.target = ${targetOf('h')})`

function targetOf(lock: string): string {
  const columns = [
    'locktype',
    'database',
    'relation',
    'page',
    'tuple',
    'virtualxid',
    'transactionid',
    'classid',
    'objid',
  ]
  return `concat_ws('/', ${[...columns, 'objsubid'].map((column) => `${lock}.${column}`).join(', ')})`
}

/** Before 14 nothing says since when a session waits: its statement's start is the earliest that it can have been. */
export function graphText(versionNumber: number): string {
  const since = versionNumber >= 140000 ? 'l.waitstart' : 's.query_start'
  const from = `pg_lock_status() AS l${versionNumber >= 140000 ? '' : ' LEFT JOIN pg_stat_get_activity(NULL) AS s ON s.pid = l.pid'}`
  return `WITH /* otelephant lock graph */ RECURSIVE waiting AS MATERIALIZED (
    SELECT l.pid, l.locktype, l.mode, l.database, l.relation, COALESCE(${since}, clock_timestamp()) AS since,
      ${targetOf('l')} AS target
    FROM ${from} WHERE NOT l.granted),
  targets AS (SELECT w.target, count(*) AS waiters FROM waiting AS w GROUP BY 1),
  longest AS MATERIALIZED (SELECT w.pid FROM waiting AS w ORDER BY w.since, w.pid LIMIT ${askedWaiters}),
  edges(pid, parent, level) AS (
    SELECT f.pid, f.parent, f.level FROM (${blockersOf('longest', '1')}) AS f
    UNION ALL
    SELECT f.pid, f.parent, f.level FROM (${blockersOf(
      `(SELECT DISTINCT e.parent AS pid, e.level + 1 AS level FROM edges AS e
        WHERE e.level < 10 AND e.parent IN (SELECT w.pid FROM waiting AS w)
          AND e.parent NOT IN (SELECT l.pid FROM longest AS l))`,
      'n.level',
    )}) AS f),
  parents AS (SELECT e.pid, min(e.parent) AS parent FROM edges AS e GROUP BY 1),
  nodes AS (SELECT p.pid FROM parents AS p UNION SELECT p.parent FROM parents AS p)
  SELECT n.pid, p.parent, w.locktype, w.mode, w.database, w.relation,
    CASE WHEN w.database IN (0, $1::oid)
      THEN (SELECT s.nspname || '.' || c.relname FROM pg_class AS c JOIN pg_namespace AS s ON s.oid = c.relnamespace
        WHERE c.oid = w.relation) END,
    w.target, t.waiters, extract(epoch FROM clock_timestamp() - w.since) * 1000,
    CASE WHEN p.parent = 0 THEN ${preparedHolder} END,
    a.backend_start, a.xact_start, a.datid,
    pg_get_userbyid(a.usesysid), a.application_name, a.state, ${statementColumns('a')}, NULL::float8
  FROM nodes AS n LEFT JOIN parents AS p ON p.pid = n.pid LEFT JOIN waiting AS w ON w.pid = n.pid
    LEFT JOIN targets AS t ON t.target = w.target LEFT JOIN LATERAL pg_stat_get_activity(n.pid) AS a ON true
  UNION ALL
  SELECT NULL, NULL, w.locktype, w.mode, NULL, NULL, NULL, NULL, count(*), NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
    NULL, NULL, NULL, NULL FROM waiting AS w GROUP BY w.locktype, w.mode
  UNION ALL
  SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
    extract(epoch FROM clock_timestamp() - statement_timestamp()) * 1000`
}

/**
 * @param databaseOid of the database that the session is in, whose relations have names
 * @throws QueryError; the signal's reason when aborted
 */
export async function readLockGraph(
  connection: Connection,
  databaseOid: string,
  databases: DatabaseNames,
  signal: AbortSignal,
): Promise<LockGraph> {
  const rows = await connection.query('lock_graph', graphText(connection.versionNumber), [databaseOid], signal)
  const nodes: LockNode[] = []
  const modes: ModeCount[] = []
  let costMs = 0
  for (const row of rows) {
    const [pid, , lockType, mode, , , , , waiters] = row
    const cost = row.at(-1)
    if (cost !== null && cost !== undefined) costMs = Number(cost)
    else if (pid !== null && pid !== undefined) nodes.push(nodeOf(row, databases))
    else modes.push({ lockType: lockType ?? '', mode: mode ?? '', sessions: Number(waiters) })
  }
  return { nodes, modes, costMs }
}

function nodeOf(row: TextRow, databases: DatabaseNames): LockNode {
  const [pid, parent] = row
  return {
    pid: Number(pid),
    parent: parent === null || parent === undefined ? undefined : Number(parent),
    wait: waitOf(row),
    session: sessionOf(row, databases),
  }
}

function waitOf(row: TextRow): LockWait | undefined {
  const [lockType, mode, database, relation, name, target, waiters, waitedMs, prepared] = row
    .slice(2)
    .map((value) => value ?? undefined)
  if (lockType === undefined || mode === undefined || target === undefined) return undefined
  return {
    lockType,
    mode,
    relation: relation === undefined ? undefined : { databaseOid: database ?? '0', oid: relation, name },
    target,
    waiters: Number(waiters),
    waitedMs: Number(waitedMs),
    preparedTransaction: prepared,
  }
}

function sessionOf(row: TextRow, { names }: DatabaseNames): BlockingSession | undefined {
  const [backendStart, transactionStart, databaseOid, user, applicationName, state, query, bytes, size] = row
    .slice(11)
    .map((value) => value ?? undefined)
  if (backendStart === undefined) return undefined
  const database = names.get(databaseOid ?? '')
  const statement = query === undefined ? undefined : shownStatement(query, bytes, size)
  return { backendStart, transactionStart, database, user, applicationName, state, statement }
}
