import { type Attack, canary } from './attack.ts'

const refused = 'calls_function'
const hidden = `CREATE SCHEMA hidden; GRANT USAGE ON SCHEMA hidden TO PUBLIC;
  CREATE VIEW hidden.v AS SELECT app.spy_stable() AS a; GRANT SELECT ON hidden.v TO PUBLIC;`
const domain = 'CREATE DOMAIN app.evil AS text CHECK (app.spy_text(VALUE) AND app.spy() > 0);'

/** Functions of the system's that run what their arguments name. */
export const systemCode: readonly Attack[] = [
  {
    kind: 'schema_to_xml',
    sql: hidden,
    statement: "SELECT * FROM t WHERE b = schema_to_xml('hidden', true, true, '')::text",
    runs: true,
    refused,
    detail: 'function schema_to_xml',
  },
  {
    kind: 'schema_to_xml in a view',
    sql: `${hidden} CREATE VIEW app.v AS SELECT t.* FROM app.t WHERE b = schema_to_xml('hidden', true, true, '')::text`,
    statement: 'SELECT * FROM v',
    runs: true,
    refused,
    detail: 'function schema_to_xml',
  },
  {
    kind: 'table_to_xml',
    sql: hidden,
    statement: 'SELECT * FROM t WHERE b = table_to_xml(OID(hidden.v), true, true, b)::text',
    runs: false,
    refused,
    detail: 'function table_to_xml',
  },
  {
    kind: 'query_to_xml',
    statement: "SELECT * FROM t WHERE b = query_to_xml('SELECT 1', true, true, '')::text",
    runs: false,
    refused,
    detail: 'function query_to_xml',
  },
  {
    kind: 'ts_rewrite',
    statement: "SELECT * FROM t WHERE b = ts_rewrite('a'::tsquery, 'SELECT 1')::text",
    runs: false,
    refused,
    detail: 'function ts_rewrite',
  },
  {
    kind: 'pg_input_is_valid',
    sql: domain,
    statement: "SELECT * FROM t WHERE pg_input_is_valid(pi()::text, chr(97) || 'pp.' || chr(101) || 'vil') = (a = 1)",
    runs: true,
    refused,
    detail: 'function pg_input_is_valid',
    since: 16,
  },
  {
    kind: 'pg_input_is_valid in a view',
    sql: `${domain} CREATE VIEW app.v AS SELECT t.* FROM app.t WHERE b = pg_input_is_valid('4', 'app.evil')::text`,
    statement: 'SELECT * FROM v',
    runs: true,
    refused,
    detail: 'function pg_input_is_valid',
    since: 16,
  },
  {
    kind: 'a function that reads what is typed',
    sql: domain,
    statement: 'SELECT * FROM t WHERE b = domain_in(textout(pi()::text), OID(app.evil), -1)::text',
    runs: true,
    refused,
    detail: 'function domain_in',
  },
  {
    kind: 'a function that checks another, in whose text a literal is read',
    sql: `CREATE DOMAIN app.evil AS text CHECK (app.spy_text(VALUE) AND app.spy() > 0); CREATE TYPE app.pair AS (x app.evil);
      SET check_function_bodies = off;
      CREATE FUNCTION app.bait() RETURNS app.pair LANGUAGE sql AS $$ SELECT '(3)'::app.pair $$`,
    statement: 'SELECT * FROM t WHERE b = concat(fmgr_sql_validator(OID(app.bait)))',
    runs: true,
    refused,
    detail: 'function fmgr_sql_validator',
  },
  {
    kind: 'a function that shows the bounds of a partition',
    sql: `CREATE TABLE app.list (a int) PARTITION BY LIST ((a + app.spy()));
      CREATE TABLE app.leaf PARTITION OF app.list FOR VALUES IN (1)`,
    statement: 'SELECT * FROM t WHERE b = pg_get_partition_constraintdef(OID(app.leaf))',
    runs: true,
    refused,
    detail: 'function pg_get_partition_constraintdef',
  },
  {
    kind: 'a function that knows the key of a partitioned table',
    sql: 'CREATE TABLE app.hashed (a int) PARTITION BY HASH ((a + app.spy()))',
    statement: 'SELECT * FROM t WHERE satisfies_hash_partition(OID(app.hashed), 4, 1, length(md5(pi()::text)))',
    runs: true,
    refused,
    detail: 'function satisfies_hash_partition',
  },
  {
    kind: 'the same in a view',
    sql: `CREATE TABLE app.hashed (a int) PARTITION BY HASH ((a + app.spy()));
      CREATE FUNCTION app.make() RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE format('CREATE VIEW app.v AS
        SELECT * FROM app.t WHERE satisfies_hash_partition(%s, 4, 1, length(md5(pi()::text)))', 'app.hashed'::regclass::oid);
      END $$; SELECT app.make()`,
    statement: 'SELECT * FROM v',
    runs: true,
    refused,
    detail: 'function satisfies_hash_partition',
  },
  {
    kind: 'a conversion between encodings',
    sql: `CREATE DEFAULT CONVERSION app.mine FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8`,
    statement: "SELECT * FROM t WHERE b = convert_from(convert_to(version(), 'latin1'), 'latin1')",
    runs: false,
    refused: 'not_allowed',
    detail: 'conversion app.mine',
  },
  {
    kind: 'a function of a language that was added',
    bySuperuser: 'CREATE TRUSTED LANGUAGE tongue HANDLER plpgsql_call_handler VALIDATOR plpgsql_validator',
    sql: `CREATE FUNCTION app.spoken() RETURNS int LANGUAGE tongue STABLE
      AS $$ BEGIN RAISE LOG '${canary} for %', session_user; RETURN 1; END $$`,
    statement: 'SELECT * FROM t WHERE a = spoken()',
    runs: true,
    refused,
    detail: 'function app.spoken()',
  },
  {
    kind: 'a dictionary whose template is not of a listed extension',
    bySuperuser: 'CREATE EXTENSION dict_xsyn SCHEMA app',
    statement: "SELECT * FROM t WHERE ts_lexize('xsyn', b) IS NULL",
    runs: false,
    refused,
    detail: 'function app.dxsyn_',
  },
  {
    kind: 'a setting of the database that makes backslashes in our own questions escapes',
    sql: `CREATE DOMAIN app.evil AS text CHECK (app.spy_text(VALUE)); CREATE TYPE app.pair AS (x app.evil);
      SET check_function_bodies = off;
      CREATE FUNCTION app.bait() RETURNS app.pair LANGUAGE sql AS $$ SELECT '(3)'::app.pair $$;
      DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET standard_conforming_strings = off', current_database()); END $$`,
    statement: 'SELECT * FROM t WHERE b = concat(fmgr_sql_validator(OID(app.bait)))',
    runs: true,
    refused,
    detail: 'function fmgr_sql_validator',
  },
  {
    kind: 'a virtual column',
    sql: `CREATE TABLE app.hashed (a int) PARTITION BY HASH ((a + app.spy())); DO $$ BEGIN EXECUTE format('CREATE TABLE app.held
      (a int, v boolean GENERATED ALWAYS AS (satisfies_hash_partition(%s, 4, 1, 5)) VIRTUAL)', 'app.hashed'::regclass::oid); END $$`,
    statement: 'SELECT v FROM held',
    runs: true,
    refused,
    detail: 'function satisfies_hash_partition',
    since: 18,
  },
]
