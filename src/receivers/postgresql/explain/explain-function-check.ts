import type { Connection } from '../connection/connection.ts'
import { explainBody, explainOwner, explainSettings } from './explain-function.ts'

const notExactly = (text: string, column: string) => `CASE WHEN ${column} THEN '${text}' END`

/** Anything by which the owner could write or become somebody: what it owns, was granted, or is a member of. */
const mayWrite = `EXISTS (SELECT FROM pg_class AS c WHERE c.oid >= 16384 AND (c.relowner = o.oid OR EXISTS (
    SELECT FROM aclexplode(c.relacl) AS a
    WHERE a.grantee = o.oid AND a.privilege_type IN ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER'))))`

const powers = `EXISTS (SELECT FROM pg_roles AS r WHERE r.oid <> o.oid AND r.rolname <> 'pg_read_all_data'
    AND pg_has_role(o.oid, r.oid, 'MEMBER'))`

const text = `SELECT /* otelephant plan */ concat_ws(', ',
    ${notExactly('it is not SECURITY DEFINER', 'NOT p.prosecdef')},
    ${notExactly('its settings are others', 'p.proconfig IS DISTINCT FROM $3::text[]')},
    ${notExactly('it does something else (of another version of the script?)', 'p.prosrc <> $4')},
    ${notExactly('its language is not plpgsql', "l.lanname <> 'plpgsql'")},
    ${notExactly(`its owner is not ${explainOwner}`, `o.rolname <> '${explainOwner}'`)},
    ${notExactly('its owner is a superuser', 'o.rolsuper')},
    ${notExactly('its owner can log in', 'o.rolcanlogin')},
    ${notExactly(
      'its owner has powers beyond reading',
      `NOT o.rolsuper AND (o.rolcreaterole OR o.rolcreatedb OR o.rolreplication OR o.rolbypassrls OR ${powers})`,
    )},
    ${notExactly('its owner may write', `NOT o.rolsuper AND ${mayWrite}`)},
    ${notExactly(
      'everybody may call it',
      `EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS a WHERE a.grantee = 0)`,
    )},
    ${notExactly(
      'EXECUTE on it or USAGE on its schema is not granted',
      "NOT has_function_privilege(p.oid, 'EXECUTE') OR NOT has_schema_privilege(p.pronamespace, 'USAGE')",
    )})
  FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
    JOIN pg_roles AS o ON o.oid = p.proowner JOIN pg_language AS l ON l.oid = p.prolang
  WHERE n.nspname = $1 AND p.proname = $2 AND p.proargtypes = '25 1009 23'::oidvector`

/**
 * Whether the function that explains can be trusted with other people's statements.
 * @param name `schema.name`
 * @returns what is wrong with it; `undefined` if it is as the script makes it
 */
export async function faultOfExplainFunction(
  connection: Connection,
  name: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (connection.versionNumber < 140_000) return `the function ${name} needs PostgreSQL 14`
  const [schema, bare] = name.split('.')
  const settings = [...explainSettings]
  const values = [schema, bare, settings, `${explainBody}\n`]
  const [row] = await connection.query('function of plans', text, values, signal)
  if (row === undefined) return `there is no function ${name}`
  const [faults] = row
  return faults === '' ? undefined : `the function ${name} is refused: ${faults}`
}
