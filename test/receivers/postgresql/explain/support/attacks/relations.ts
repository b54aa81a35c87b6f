import { type Attack, code } from './attack.ts'

const refused = 'calls_function'
const detail = 'function app.spy()'
const foreign = `CREATE EXTENSION file_fdw; CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;`
const far = `(a int) SERVER files OPTIONS (program 'echo 1')`

/** What hangs on the relations that a statement names. */
export const relations: readonly Attack[] = [
  {
    kind: 'a view',
    sql: 'CREATE VIEW app.v AS SELECT * FROM app.t WHERE a = app.spy()',
    statement: 'SELECT * FROM v',
    runs: true,
    refused,
    detail,
  },
  {
    kind: 'a view in a view',
    sql: 'CREATE VIEW app.v AS SELECT * FROM app.t WHERE a = app.spy(); CREATE VIEW app.vv AS SELECT * FROM app.v',
    statement: 'SELECT * FROM app.vv',
    runs: true,
    refused,
    detail,
  },
  {
    kind: 'an operator in a view',
    sql: `CREATE SCHEMA hidden; CREATE OPERATOR hidden.@@@ (RIGHTARG = int, FUNCTION = app.spy);
      CREATE VIEW app.v AS SELECT * FROM app.t WHERE a = OPERATOR(hidden.@@@) 5`,
    statement: 'SELECT * FROM app.v',
    runs: true,
    refused: 'not_allowed',
    detail: 'operator hidden.@@@',
  },
  {
    kind: 'a domain in a view',
    sql: `CREATE DOMAIN app.evil AS text CHECK (app.spy_text(VALUE) AND app.spy() > 0);
      CREATE VIEW app.v AS SELECT * FROM app.t WHERE length(b) = length(pi()::text::app.evil)`,
    statement: 'SELECT * FROM app.v',
    runs: true,
    refused: 'not_allowed',
    detail: 'type app.evil',
  },
  {
    kind: 'a composite type in a view',
    sql: `CREATE DOMAIN app.evil AS text CHECK (app.spy_text(VALUE) AND app.spy() > 0); CREATE TYPE app.pair AS (x app.evil, y app.evil);
      CREATE VIEW app.v AS SELECT * FROM app.t WHERE a = cardinality(array[point(pi(), pi())]::text::app.pair[])`,
    statement: 'SELECT * FROM app.v',
    runs: true,
    refused: 'not_allowed',
    detail: 'type app.pair',
  },
  {
    kind: 'a materialized view with an index of an expression',
    sql: 'CREATE MATERIALIZED VIEW app.m AS SELECT a FROM app.t; CREATE INDEX ON app.m ((a + app.spy()))',
    statement: 'SELECT * FROM m WHERE a = $1',
    runs: true,
    refused,
    detail,
  },
  {
    kind: 'a row security policy',
    sql: `CREATE TABLE app.guarded (a int); ALTER TABLE app.guarded ENABLE ROW LEVEL SECURITY;
      CREATE POLICY p ON app.guarded USING (a = app.spy())`,
    statement: 'SELECT * FROM guarded',
    runs: true,
    refused,
    detail,
  },
  {
    kind: 'an index of an expression',
    sql: 'CREATE TABLE app.indexed (a int); CREATE INDEX ON app.indexed ((a + app.spy()))',
    statement: 'SELECT * FROM indexed WHERE a = $1',
    runs: true,
    refused,
    detail,
  },
  {
    kind: 'the predicate of an index',
    sql: 'CREATE TABLE app.indexed (a int); CREATE INDEX ON app.indexed (a) WHERE a > app.spy()',
    statement: 'SELECT * FROM indexed WHERE a = $1',
    runs: true,
    refused,
    detail,
  },
  {
    kind: 'a domain in an index',
    sql: `CREATE DOMAIN app.evil AS text CHECK (app.spy_text(VALUE) AND app.spy() > 0); CREATE TABLE app.indexed (a text);
      CREATE INDEX ON app.indexed ((length(a || length(pi()::text::app.evil)::text)))`,
    statement: 'SELECT * FROM indexed WHERE a = $1',
    runs: true,
    refused: 'not_allowed',
    detail: 'type app.evil',
  },
  {
    kind: 'an exclusion constraint',
    sql: `CREATE TABLE app.excluded (a int, p point,
      EXCLUDE USING gist (p WITH ~=) WHERE (a > app.spy()))`,
    statement: 'SELECT * FROM excluded WHERE a = $1',
    runs: true,
    refused,
    detail,
  },
  {
    kind: 'a partition key',
    sql: `CREATE TABLE app.list (a int) PARTITION BY LIST ((a + app.spy()));
      CREATE TABLE app.list_1 PARTITION OF app.list FOR VALUES IN (1)`,
    statement: 'SELECT * FROM list WHERE a = $1',
    runs: true,
    refused,
    detail,
  },
  {
    kind: 'the partition key above a partition',
    sql: `CREATE TABLE app.list (a int) PARTITION BY LIST ((a + app.spy()));
      CREATE TABLE app.leaf PARTITION OF app.list FOR VALUES IN (1);
      DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET constraint_exclusion = on', current_database()); END $$`,
    statement: 'SELECT * FROM leaf WHERE a = $1',
    runs: true,
    refused,
    detail,
  },
  {
    kind: 'the partition key two levels above',
    sql: `CREATE TABLE app.list (a int) PARTITION BY LIST ((a + app.spy()));
      CREATE TABLE app.branch PARTITION OF app.list FOR VALUES IN (1) PARTITION BY LIST (a);
      CREATE TABLE app.leaf PARTITION OF app.branch FOR VALUES IN (2);
      DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET constraint_exclusion = on', current_database()); END $$`,
    statement: 'SELECT * FROM leaf WHERE a = $1',
    runs: true,
    refused,
    detail,
  },
  {
    kind: 'a check of a partition',
    sql: `CREATE TABLE app.range (a int) PARTITION BY RANGE (a);
      CREATE TABLE app.range_1 PARTITION OF app.range (CHECK (a > app.spy())) FOR VALUES FROM (1) TO (9)`,
    statement: 'SELECT * FROM app.range WHERE a + 1 > $1',
    runs: true,
    refused,
    detail,
  },
  {
    kind: 'a check of a child',
    sql: `CREATE TABLE app.parent (a int); CREATE TABLE app.child (CHECK (a > app.spy())) INHERITS (app.parent)`,
    statement: 'SELECT * FROM parent WHERE a > $1',
    runs: true,
    refused,
    detail,
  },
  {
    kind: 'an index of a child',
    sql: `CREATE TABLE app.parent (a int); CREATE TABLE app.child () INHERITS (app.parent);
      CREATE INDEX ON app.child ((a + app.spy()))`,
    statement: 'SELECT * FROM parent WHERE a = $1',
    runs: true,
    refused,
    detail,
  },
  {
    kind: 'extended statistics',
    sql: 'CREATE TABLE app.counted (a int); CREATE STATISTICS app.st ON (a + app.spy()), a FROM app.counted',
    statement: 'SELECT * FROM counted WHERE a = $1',
    runs: true,
    refused,
    detail,
    since: 14,
  },
  {
    kind: 'a foreign table',
    bySuperuser: `${foreign} CREATE FOREIGN TABLE app.far ${far}`,
    statement: 'SELECT * FROM far',
    runs: false,
    refused: 'foreign_table',
    detail: 'app.far',
  },
  {
    kind: 'a foreign table below a table',
    bySuperuser: `${foreign} CREATE TABLE app.near (a int); CREATE FOREIGN TABLE app.far ${far};
      ALTER FOREIGN TABLE app.far INHERIT app.near`,
    statement: 'SELECT * FROM near',
    runs: false,
    refused: 'foreign_table',
    detail: 'app.far',
  },
  {
    kind: 'a foreign table in a view',
    bySuperuser: `${foreign} CREATE FOREIGN TABLE app.far ${far}; CREATE VIEW app.v AS SELECT * FROM app.far`,
    statement: 'SELECT * FROM v',
    runs: false,
    refused: 'foreign_table',
    detail: 'app.far',
  },
  {
    kind: 'an index of a method that is not of the system',
    bySuperuser:
      'CREATE EXTENSION bloom SCHEMA public; CREATE TABLE app.indexed (a int); CREATE INDEX ON app.indexed USING bloom (a)',
    statement: 'SELECT * FROM indexed WHERE a = $1',
    runs: false,
    refused: 'not_allowed',
    detail: 'bloom',
  },
  {
    kind: 'a class of operators of an index',
    bySuperuser: `${code('app.order_(int, int)', 'int', 'IMMUTABLE', '0')}
      CREATE OPERATOR CLASS app.odd FOR TYPE int USING btree AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =,
        OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 app.order_(int, int);
      CREATE TABLE app.indexed (a int); CREATE INDEX ON app.indexed (a app.odd)`,
    statement: 'SELECT * FROM indexed WHERE a = $1',
    runs: false,
    refused: 'not_allowed',
    detail: 'operator class app.odd',
  },
]
