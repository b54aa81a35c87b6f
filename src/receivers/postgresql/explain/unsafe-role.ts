import type { Connection } from '../connection/connection.ts'

/** Roles of the system's that let their members write, run programs or reach the server's files. */
const powerfulRoles = [
  'pg_create_subscription',
  'pg_execute_server_program',
  'pg_read_server_files',
  'pg_write_all_data',
  'pg_write_server_files',
] as const

/**
 * Whatever the role could become counts, whether it has or not: code that runs by mistake may SET ROLE, or RESET it to
 * the session's.
 */
const text = `SELECT /* otelephant plan */ r.rolname, concat_ws(', ', CASE WHEN r.rolsuper THEN 'a superuser' END,
    CASE WHEN r.rolbypassrls THEN 'BYPASSRLS' END, CASE WHEN r.rolcreaterole THEN 'CREATEROLE' END,
    CASE WHEN r.rolreplication THEN 'REPLICATION' END), r.rolname = session_user
  FROM pg_roles AS r
  WHERE pg_has_role(session_user, r.oid, 'MEMBER') AND (r.rolsuper OR r.rolbypassrls OR r.rolcreaterole
    OR r.rolreplication OR r.rolname IN (${powerfulRoles.map((name) => `'${name}'`).join(', ')}))
  ORDER BY r.rolname <> session_user, r.rolname LIMIT 1`

/** What makes the session's role too powerful to plan other people's statements; `undefined` if nothing does. */
export async function unsafeRole(connection: Connection, signal: AbortSignal): Promise<string | undefined> {
  const [row] = await connection.query('role of plans', text, [], signal)
  if (row === undefined) return undefined
  const [name, powers, own] = row
  if (own === 't') return `the role "${name}" is too powerful (${powers})`
  return `the role may act as "${name}"${powers === '' ? '' : ` (${powers})`}`
}
