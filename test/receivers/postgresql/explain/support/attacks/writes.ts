import type { Attack } from './attack.ts'

const refused = 'calls_function'
const detail = 'function app.spy()'

/** What hangs on the relations that a statement writes. */
export const writes: readonly Attack[] = [
  {
    kind: 'a rule',
    sql: `CREATE TABLE app.ruled (a int);
      CREATE RULE r AS ON INSERT TO app.ruled DO ALSO UPDATE app.t SET a = 1 WHERE a = app.spy()`,
    statement: 'INSERT INTO ruled VALUES ($1)',
    runs: true,
    refused,
    detail,
  },
  {
    kind: 'a default behind a rule of DELETE',
    sql: `CREATE TABLE app.ruled (a int); CREATE TABLE app.trail (a int, b int DEFAULT app.spy());
      CREATE RULE r AS ON DELETE TO app.ruled DO ALSO INSERT INTO app.trail (a) VALUES (old.a)`,
    statement: 'DELETE FROM ruled WHERE a = $1',
    runs: true,
    refused,
    detail,
  },
  {
    kind: 'a row security policy of what is written',
    sql: `CREATE TABLE app.guarded (a int); ALTER TABLE app.guarded ENABLE ROW LEVEL SECURITY;
      CREATE POLICY p ON app.guarded FOR INSERT WITH CHECK (a = app.spy())`,
    statement: 'INSERT INTO guarded VALUES ($1)',
    runs: true,
    refused,
    detail,
  },
  {
    kind: 'the target of ON CONFLICT',
    sql: 'CREATE TABLE app.unique_ (a int); CREATE UNIQUE INDEX ON app.unique_ ((a + app.spy()))',
    statement: 'INSERT INTO unique_ VALUES ($1) ON CONFLICT ((a + 41)) DO NOTHING',
    runs: true,
    refused,
    detail,
  },
  {
    kind: 'a default',
    sql: 'CREATE TABLE app.filled (a int, b int DEFAULT app.spy())',
    statement: 'INSERT INTO filled (a) VALUES ($1)',
    runs: true,
    refused,
    detail,
  },
  {
    kind: 'a default that an UPDATE asks for',
    sql: 'CREATE TABLE app.filled (a int, b int DEFAULT app.spy())',
    statement: 'UPDATE filled SET b = DEFAULT',
    runs: true,
    refused,
    detail,
  },
  {
    kind: 'a default in a statement that begins with WITH',
    sql: 'CREATE TABLE app.filled (a int, b int DEFAULT app.spy())',
    statement: 'WITH x AS (/* */insert INTO filled (a) VALUES ($1) RETURNING a) SELECT * FROM x',
    runs: true,
    refused,
    detail,
  },
  {
    kind: 'a default of MERGE',
    sql: 'CREATE TABLE app.filled (a int, b int DEFAULT app.spy())',
    statement: 'MERGE INTO filled USING t ON t.a = filled.a WHEN NOT MATCHED THEN INSERT (a) VALUES (t.a)',
    runs: true,
    refused,
    detail,
    since: 15,
  },
  {
    kind: 'a default of a view',
    sql: `CREATE TABLE app.filled (a int, b int); CREATE VIEW app.v AS SELECT * FROM app.filled;
      ALTER VIEW app.v ALTER COLUMN b SET DEFAULT app.spy()`,
    statement: 'INSERT INTO v (a) VALUES ($1)',
    runs: true,
    refused,
    detail,
  },
  {
    kind: 'a generated column',
    sql: 'CREATE TABLE app.generated (a int, b int GENERATED ALWAYS AS (a + app.spy()) STORED)',
    statement: 'UPDATE generated SET a = $1',
    runs: { until: 15 },
    refused,
    detail,
  },
]
