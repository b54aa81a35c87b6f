import type { Connection } from '../connection/connection.ts'

/**
 * The setting that a session of that role begins with in this database, most specific first. What the server's own
 * configuration says is not visible under the session's own search_path: then PostgreSQL's default is taken.
 */
const text = `SELECT /* otelephant plan */ substr(entry, strpos(entry, '=') + 1)
  FROM pg_db_role_setting AS s CROSS JOIN unnest(s.setconfig) AS entry
  WHERE strpos(entry, 'search_path=') = 1
    AND s.setrole IN (0, (SELECT r.oid FROM pg_roles AS r WHERE r.rolname = $1))
    AND s.setdatabase IN (0, (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database()))
  ORDER BY s.setrole = 0, s.setdatabase = 0 LIMIT 1`

const defaultPath = '"$user", public'

/** The schemas in which the statements of a role look for bare names. */
export async function searchPathOf(
  connection: Connection,
  userName: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const [row] = await connection.query('search path of plans', text, [userName], signal)
  return parseSearchPath(row?.[0] ?? defaultPath, userName)
}

/** The names in a search_path setting: those that aren't quoted are lower-case, and "$user" is the role's own. */
export function parseSearchPath(setting: string, userName: string): readonly string[] {
  return Array.from(setting.matchAll(/"((?:[^"]|"")*)"|[^\s,"]+/g), ([bare, quoted]) =>
    quoted === undefined ? bare.toLowerCase() : quoted.replaceAll('""', '"'),
  )
    .map((name) => (name === '$user' ? userName : name))
    .filter((name) => name !== '')
}
