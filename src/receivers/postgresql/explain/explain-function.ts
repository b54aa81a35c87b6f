import { budgets } from '../connection/guard/budgets.ts'
import { quoteIdentifier } from '../connection/identifiers.ts'
import { planVerdictSql } from './plan-permission.ts'

/** Owner of the function that explains: nobody logs in as it, and it may read and nothing else. */
export const explainOwner = 'otelephant_explain'

/** The function's settings, as pg_proc.proconfig has them. */
export const explainSettings = ['search_path=pg_catalog, pg_temp', 'plan_cache_mode=force_generic_plan'] as const

/** The function's arguments: the statement, the schemas of its search_path, how many relations it may reach. */
const explainArguments = 'text, text[], integer'

/**
 * What the function does. It checks the catalogs itself: otherwise its callers could have it plan, with its owner's rights,
 * what they wrote. Once the statement's search_path is set, nothing is evaluated but variables.
 */
export const explainBody = `
DECLARE
  refused text;
  finding_detail text;
  path text;
  preparation text;
  command text;
  plan text;
BEGIN
  IF current_setting('transaction_read_only') <> 'on' THEN
    RAISE EXCEPTION 'call this in a read-only transaction';
  END IF;
  IF strpos($1, ';') > 0 OR $1 !~* '^[[:space:](]*(SELECT|VALUES|TABLE|WITH)([^[:alnum:]_$]|$)' THEN
    RETURN json_build_object('refused', 'unsupported_statement');
  END IF;
  SELECT verdict, detail INTO refused, finding_detail FROM (${planVerdictSql}) AS answer;
  IF refused IS NOT NULL THEN
    RETURN json_build_object('refused', refused, 'detail', finding_detail);
  END IF;
  SELECT coalesce(string_agg(quote_ident(name), ', ' ORDER BY place), '""') INTO path
    FROM unnest($2) WITH ORDINALITY AS schema(name, place);
  IF current_setting('server_version_num')::integer >= 160000 THEN
    command := 'EXPLAIN /* otelephant plan */ (GENERIC_PLAN, FORMAT JSON) ' || $1;
  ELSE
    IF EXISTS (SELECT FROM pg_prepared_statements WHERE name = 'otelephant_explained') THEN
      DEALLOCATE otelephant_explained;
    END IF;
    -- Parameters that are NULL would leave no partition to see.
    PERFORM set_config('enable_partition_pruning', 'off', true);
    preparation := 'PREPARE otelephant_explained AS ' || $1;
    SELECT 'EXPLAIN (FORMAT JSON) EXECUTE otelephant_explained'
        || coalesce('(' || string_agg('NULL', ', ') || ')', '')
      INTO command
      FROM generate_series(1, (SELECT max(n[1]::integer) FROM regexp_matches($1, '[$]([0-9]{1,5})', 'g') AS n));
  END IF;
  PERFORM set_config('search_path', path, true);
  IF preparation IS NOT NULL THEN
    EXECUTE preparation;
  END IF;
  -- A loop is a cursor, which takes one statement and no more.
  FOR plan IN EXECUTE command LOOP
    IF octet_length(plan) > ${budgets.plan} THEN
      RETURN json_build_object('refused', 'too_large');
    END IF;
    RETURN plan::json;
  END LOOP;
END`

/**
 * The SQL script that makes the function in one database.
 * @param name `schema.name`
 * @param role who may call it
 */
export function explainFunctionScript(name: string, role: string): string {
  const [schema = '', bare = ''] = name.split('.')
  const called = `${quoteIdentifier(schema)}.${quoteIdentifier(bare)}(${explainArguments})`
  const settings = explainSettings.map((setting) => `SET ${setting.replace('=', ' = ')}`).join(' ')
  return `-- Lets the role ${quoteIdentifier(role)} see plans of statements whose tables it may not read, and only their plans.
-- PostgreSQL 14 or later. To be run by a superuser, once in every database whose plans are wanted.
-- The function plans nothing that may run a function of a user's, takes one statement, and works in read-only
-- transactions. Its owner can't log in, may read everything and write nothing.
BEGIN;
DO $role$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = '${explainOwner}') THEN
    CREATE ROLE ${explainOwner} NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS INHERIT;
    GRANT pg_read_all_data TO ${explainOwner};
  END IF;
END
$role$;
CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(schema)};
CREATE OR REPLACE FUNCTION ${called} RETURNS json
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER ${settings}
AS $otelephant$${explainBody}
$otelephant$;
ALTER FUNCTION ${called} OWNER TO ${explainOwner};
REVOKE ALL ON FUNCTION ${called} FROM PUBLIC;
GRANT USAGE ON SCHEMA ${quoteIdentifier(schema)} TO ${quoteIdentifier(role)};
GRANT EXECUTE ON FUNCTION ${called} TO ${quoteIdentifier(role)};
COMMIT;
`
}
