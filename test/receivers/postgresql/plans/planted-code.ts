/** Objects of a role that wants its functions to run as somebody else, and a statement that leads to each. */
export interface Planted {
  readonly kind: string
  readonly sql: string
  readonly statement: string
  /** Whether a plain EXPLAIN runs it: what makes the rest of the test worth something. */
  readonly runs: boolean
  /** From this major on. */
  readonly since?: number
}

/** What a planted function writes into the server's log when it runs; nothing stops it from that. */
export const spied = 'PLANTED CODE RAN'

export const spyFunctions = [
  ['spy', 'IMMUTABLE'],
  ['spy_stable', 'STABLE'],
]
  .flatMap(([name, volatility]) =>
    ['', 'int'].map(
      (type) => `CREATE FUNCTION app.${name}(${type}) RETURNS int LANGUAGE plpgsql ${volatility}
        AS $$ BEGIN RAISE LOG '${spied}'; RETURN 41; END $$;`,
    ),
  )
  .join('')

export const planted: readonly Planted[] = [
  { kind: 'an immutable function', sql: '', statement: 'SELECT * FROM t WHERE a = spy()', runs: true },
  { kind: 'a stable function', sql: '', statement: 'SELECT * FROM t WHERE a = spy_stable()', runs: true },
  {
    kind: 'a SECURITY DEFINER function',
    sql: `CREATE FUNCTION app.definer() RETURNS int LANGUAGE plpgsql STABLE SECURITY DEFINER AS 'BEGIN RETURN app.spy(); END'`,
    statement: 'SELECT * FROM t WHERE a = definer()',
    runs: true,
  },
  {
    kind: 'a function with a name that must be quoted',
    sql: `CREATE FUNCTION app."Spy on ""me""é"() RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN RETURN app.spy(); END'`,
    statement: 'SELECT * FROM t WHERE a = "Spy on ""me""é"()',
    runs: true,
  },
  {
    kind: 'a function in an escaped name',
    sql: '',
    statement: String.raw`SELECT * FROM t WHERE a = U&"s\0070y"()`,
    runs: true,
  },
  {
    kind: 'a function behind a comment',
    sql: '',
    statement: 'SELECT * FROM t WHERE a = /* not ( */ spy /* here */ ()',
    runs: true,
  },
  {
    kind: 'a view',
    sql: 'CREATE VIEW app.v AS SELECT * FROM app.t WHERE a = app.spy()',
    statement: 'SELECT * FROM v',
    runs: true,
  },
  {
    kind: 'a view in a view',
    sql: 'CREATE VIEW app.vv AS SELECT * FROM app.v',
    statement: 'SELECT * FROM app.vv',
    runs: true,
  },
  {
    kind: 'a view that reads what a text names',
    sql: `CREATE VIEW app.vx AS SELECT t.* FROM app.t WHERE b = schema_to_xml('app_hidden', true, true, '')::text`,
    statement: 'SELECT * FROM vx',
    runs: true,
  },
  {
    kind: 'a view that casts to what a text names',
    sql: `CREATE VIEW app.vi AS SELECT t.* FROM app.t WHERE b = pg_input_is_valid('4', 'app.checked')::text`,
    statement: 'SELECT * FROM vi',
    runs: true,
    since: 16,
  },
  {
    kind: 'an operator',
    sql: 'CREATE OPERATOR app.@@@ (RIGHTARG = int, FUNCTION = app.spy)',
    statement: 'SELECT * FROM t WHERE a = @@@ 5',
    runs: true,
  },
  {
    kind: 'a cast',
    sql: `CREATE TYPE app.pair AS (x int, y int);
      CREATE FUNCTION app.spy_cast(app.pair) RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN RETURN app.spy(); END';
      CREATE CAST (app.pair AS int) WITH FUNCTION app.spy_cast(app.pair)`,
    statement: 'SELECT * FROM t WHERE a = ROW(1, 2)::pair::int',
    runs: true,
  },
  {
    kind: 'a domain check',
    sql: 'CREATE DOMAIN app.checked AS int CHECK (app.spy(VALUE) = 41)',
    statement: 'SELECT * FROM t WHERE a = $1::checked',
    runs: true,
  },
  {
    kind: 'a column of a domain',
    sql: 'CREATE TABLE app.t_domain (x app.checked)',
    statement: 'INSERT INTO t_domain VALUES ($1)',
    runs: true,
  },
  {
    kind: 'a row security policy',
    sql: `CREATE TABLE app.t_policy (a int); ALTER TABLE app.t_policy ENABLE ROW LEVEL SECURITY;
      CREATE POLICY p ON app.t_policy USING (a = app.spy())`,
    statement: 'SELECT * FROM t_policy',
    runs: true,
  },
  {
    kind: 'an index expression',
    sql: 'CREATE TABLE app.t_index (a int); CREATE INDEX ON app.t_index ((a + app.spy()))',
    statement: 'SELECT * FROM t_index WHERE a = $1',
    runs: true,
  },
  {
    kind: 'an index predicate',
    sql: 'CREATE TABLE app.t_partial (a int); CREATE INDEX ON app.t_partial (a) WHERE a > app.spy()',
    statement: 'SELECT * FROM t_partial WHERE a = $1',
    runs: true,
  },
  {
    kind: 'a default',
    sql: 'CREATE TABLE app.t_default (a int, b int DEFAULT app.spy())',
    statement: 'INSERT INTO t_default (a) VALUES ($1)',
    runs: true,
  },
  {
    kind: 'a generated column',
    sql: 'CREATE TABLE app.t_generated (a int, b int GENERATED ALWAYS AS (a + app.spy()) STORED)',
    statement: 'INSERT INTO t_generated (a) VALUES ($1)',
    runs: false,
  },
  {
    kind: 'a rule',
    sql: `CREATE TABLE app.t_rule (a int);
      CREATE RULE r AS ON INSERT TO app.t_rule DO ALSO UPDATE app.t SET a = 1 WHERE a = app.spy()`,
    statement: 'INSERT INTO t_rule VALUES ($1)',
    runs: true,
  },
  {
    kind: 'a partition key',
    sql: `CREATE TABLE app.t_list (a int) PARTITION BY LIST ((a + app.spy()));
      CREATE TABLE app.t_list_1 PARTITION OF app.t_list FOR VALUES IN (1)`,
    statement: 'SELECT * FROM t_list WHERE a = $1',
    runs: true,
  },
  {
    kind: 'a check of a partition',
    sql: `CREATE TABLE app.t_range (a int) PARTITION BY RANGE (a);
      CREATE TABLE app.t_range_1 PARTITION OF app.t_range (CHECK (a > app.spy())) FOR VALUES FROM (1) TO (9)`,
    statement: 'SELECT * FROM t_range WHERE a + 1 > $1',
    runs: true,
  },
  {
    kind: 'extended statistics',
    sql: 'CREATE TABLE app.t_stat (a int); CREATE STATISTICS app.st ON (a + app.spy()), a FROM app.t_stat',
    statement: 'SELECT * FROM t_stat WHERE a = $1',
    runs: true,
    since: 14,
  },
  {
    kind: 'a function that shadows one of the system',
    sql: `CREATE FUNCTION app.upper(varchar) RETURNS text LANGUAGE plpgsql STABLE AS 'BEGIN RETURN app.spy(); END'`,
    statement: `SELECT * FROM t WHERE b = upper('x'::varchar)`,
    runs: true,
  },
  {
    kind: 'an attribute that is a function',
    sql: `CREATE FUNCTION app.spy_column(app.t) RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN RETURN app.spy(); END'`,
    statement: 'SELECT t.spy_column FROM t',
    runs: false,
  },
]
