import { type Attack, code } from './attack.ts'

const refused = 'not_allowed'

/** An operator of two arguments that the grammar implies; the constants on both sides make the planner run it. */
const implied = (sign: string, condition: string): Attack => ({
  kind: `an operator ${sign} that the grammar implies`,
  sql: `${code('app.compare(float8, text)', 'boolean', 'IMMUTABLE', 'true')}
    CREATE OPERATOR app.${sign} (LEFTARG = float8, RIGHTARG = text, FUNCTION = app.compare)`,
  statement: `SELECT * FROM t WHERE ${condition}`,
  runs: true,
  refused,
  detail: `operator app.${sign}(double precision,text)`,
})

export const operators: readonly Attack[] = [
  {
    kind: 'an operator before its argument',
    sql: 'CREATE OPERATOR app.@@@ (RIGHTARG = int, FUNCTION = app.spy)',
    statement: 'SELECT * FROM t WHERE a = @@@ length(md5(pi()::text))',
    runs: true,
    refused,
    detail: 'operator app.@@@',
  },
  {
    kind: 'an operator with its schema',
    sql: `${code('app.compare(float8, text)', 'boolean', 'IMMUTABLE', 'true')} CREATE SCHEMA hidden;
      GRANT USAGE ON SCHEMA hidden TO PUBLIC;
      CREATE OPERATOR hidden.&&& (LEFTARG = float8, RIGHTARG = text, FUNCTION = app.compare)`,
    statement: 'SELECT * FROM t WHERE pi() OPERATOR(hidden.&&&) md5(pi()::text)',
    runs: true,
    refused,
    detail: 'operator hidden.&&&(double precision,text)',
  },
  implied('=', 'pi() IN (md5(pi()::text), b)'),
  implied('<>', 'NOT pi() <> md5(pi()::text)'),
  implied('>=', 'pi() BETWEEN md5(pi()::text) AND a'),
  implied('<=', 'pi() BETWEEN a AND md5(pi()::text)'),
  implied('~~', 'pi() LIKE md5(pi()::text)'),
  implied('!~~', 'pi() NOT LIKE md5(pi()::text)'),
  implied('~~*', 'pi() ILIKE md5(pi()::text)'),
  implied('~', 'pi() SIMILAR TO md5(pi()::text)'),
  {
    kind: 'an operator that NULLIF implies',
    sql: `${code('app.compare(float8, text)', 'boolean', 'IMMUTABLE', 'true')}
      CREATE OPERATOR app.= (LEFTARG = float8, RIGHTARG = text, FUNCTION = app.compare)`,
    statement: 'SELECT * FROM t WHERE c = NULLIF(pi(), md5(pi()::text))',
    runs: { from: 14 },
    refused,
    detail: 'operator app.=(double precision,text)',
  },
  {
    kind: 'an operator that CASE implies',
    sql: `${code('app.compare(float8, text)', 'boolean', 'IMMUTABLE', 'true')}
      CREATE OPERATOR app.= (LEFTARG = float8, RIGHTARG = text, FUNCTION = app.compare)`,
    statement: 'SELECT * FROM t WHERE a = CASE pi() WHEN md5(pi()::text) THEN length(b) END',
    runs: true,
    refused,
    detail: 'operator app.=(double precision,text)',
  },
  {
    kind: 'an operator that IS DISTINCT FROM implies',
    sql: `${code('app.compare(float8, text)', 'boolean', 'IMMUTABLE', 'true')}
      CREATE OPERATOR app.= (LEFTARG = float8, RIGHTARG = text, FUNCTION = app.compare)`,
    statement: 'SELECT * FROM t WHERE pi() IS DISTINCT FROM md5(pi()::text)',
    runs: true,
    refused,
    detail: 'operator app.=(double precision,text)',
  },
  {
    kind: 'an operator of an array',
    sql: `${code('app.compare(float8, text)', 'boolean', 'IMMUTABLE', 'true')}
      CREATE OPERATOR app.<<< (LEFTARG = float8, RIGHTARG = text, FUNCTION = app.compare)`,
    statement: 'SELECT * FROM t WHERE pi() <<< ANY (ARRAY[md5(pi()::text)])',
    runs: true,
    refused,
    detail: 'operator app.<<<(double precision,text)',
  },
  {
    kind: 'an operator whose selectivity is estimated from what is most common',
    sql: `${code('app.compare(int, float8)', 'boolean', 'STABLE', 'true')}
      CREATE OPERATOR app.=== (LEFTARG = int, RIGHTARG = float8, FUNCTION = app.compare, RESTRICT = eqsel);
      CREATE TABLE app.common (a int); INSERT INTO app.common SELECT 7 FROM generate_series(1, 90); ANALYZE app.common`,
    statement: 'SELECT * FROM common WHERE a === pi()',
    runs: true,
    refused,
    detail: 'operator app.===(integer,double precision)',
  },
  {
    kind: 'an operator that joins by what is most common',
    sql: `${code('app.compare(int, text)', 'boolean', 'STABLE', 'true')}
      CREATE OPERATOR app.= (LEFTARG = int, RIGHTARG = text, FUNCTION = app.compare, JOIN = eqjoinsel);
      CREATE TABLE app.l (k int); INSERT INTO app.l SELECT 7 FROM generate_series(1, 90); ANALYZE app.l;
      CREATE TABLE app.r (k text); INSERT INTO app.r SELECT 'x' FROM generate_series(1, 90); ANALYZE app.r`,
    statement: 'SELECT * FROM l JOIN r ON l.k = r.k',
    runs: true,
    refused,
    detail: 'operator app.=(integer,text)',
  },
  {
    kind: 'the negator of an operator',
    sql: `${code('app.yes(float8, text)', 'boolean', 'VOLATILE', 'true')} ${code('app.no(float8, text)', 'boolean', 'IMMUTABLE', 'true')}
      CREATE OPERATOR app.### (LEFTARG = float8, RIGHTARG = text, FUNCTION = app.yes, NEGATOR = OPERATOR(app.!##));
      CREATE OPERATOR app.!## (LEFTARG = float8, RIGHTARG = text, FUNCTION = app.no, NEGATOR = OPERATOR(app.###))`,
    statement: 'SELECT * FROM t WHERE NOT (pi() ### md5(pi()::text))',
    runs: false,
    refused,
    detail: 'operator app.',
  },
  {
    kind: 'the negator that a superuser gave to an operator of the system',
    bySuperuser: `${code('app.unlike(text, text)', 'boolean', 'IMMUTABLE', 'true')}
      CREATE OPERATOR app.!!! (LEFTARG = text, RIGHTARG = text, FUNCTION = app.unlike);
      UPDATE pg_operator SET oprnegate = 'app.!!!(text,text)'::regoperator WHERE oid = 'pg_catalog.^@(text,text)'::regoperator`,
    path: 'public',
    statement: 'SELECT * FROM app.t WHERE NOT (b ^@ md5(pi()::text))',
    runs: false,
    refused,
    detail: 'operator app.!!!(text,text)',
  },
  {
    kind: 'an operator in place of the one that a function of the system means',
    sql: `${code('app.later(timestamp, interval)', 'timestamp', 'IMMUTABLE', '$1')}
      CREATE OPERATOR app.+ (LEFTARG = timestamp, RIGHTARG = interval, FUNCTION = app.later)`,
    path: 'app, pg_catalog',
    statement: `SELECT * FROM t WHERE (date_trunc(b, make_timestamp(1, 1, 1, 1, 1, 1)), make_interval())
      OVERLAPS (make_timestamp(1, 1, 1, 1, 1, 1), make_interval())`,
    runs: { until: 13 },
    refused,
    detail: 'operator app.+(timestamp without time zone,interval)',
  },
  {
    kind: 'the same behind an operator of a view',
    sql: `CREATE VIEW app.tomorrow AS SELECT * FROM app.t WHERE s > make_interval() + now();
      ${code('app.later(timestamptz, interval)', 'timestamptz', 'IMMUTABLE', '$1')}
      CREATE OPERATOR app.+ (LEFTARG = timestamptz, RIGHTARG = interval, FUNCTION = app.later)`,
    path: 'app, pg_catalog',
    statement: 'SELECT * FROM tomorrow',
    runs: { until: 13 },
    refused,
    detail: 'operator app.+(timestamp with time zone,interval)',
  },
  {
    kind: 'the class of operators that a superuser made the default of a type of the system',
    bySuperuser: `${code('app.same(json, json)', 'boolean', 'IMMUTABLE', 'true')} ${code('app.digest(json)', 'int', 'IMMUTABLE', '1')}
      CREATE OPERATOR app.==== (LEFTARG = json, RIGHTARG = json, FUNCTION = app.same, HASHES);
      CREATE OPERATOR CLASS app.json_hash DEFAULT FOR TYPE json USING hash
        AS OPERATOR 1 app.====, FUNCTION 1 app.digest(json)`,
    path: 'public',
    statement: 'SELECT DISTINCT row_to_json(t) FROM app.t',
    runs: false,
    refused,
    detail: 'operator app.====(json,json)',
  },
]
