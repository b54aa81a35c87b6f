import { type Attack, code } from './attack.ts'

const refused = 'not_allowed'
const mood = `CREATE TYPE app.mood AS ENUM ('sad', 'ok');`
const composite = `CREATE DOMAIN app.evil AS text CHECK (app.spy_text(VALUE));
  CREATE TYPE app.pair AS (x app.evil, y app.evil);`

/** Casts, which are found by the types of what a statement compares and passes. */
export const casts: readonly Attack[] = [
  {
    kind: 'a cast of a composite type',
    sql: `CREATE TYPE app.two AS (x float8, y float8); ${code('app.first(app.two)', 'int', 'STABLE', '1')}
      CREATE CAST (app.two AS int) WITH FUNCTION app.first(app.two)`,
    statement: 'SELECT * FROM t WHERE a = CAST(ROW(pi(), pi()) AS two)::int',
    runs: true,
    refused,
    detail: 'app.two',
  },
  {
    kind: 'a cast of an enum',
    sql: `${mood} ${code('app.number(app.mood)', 'int', 'STABLE', '1')}
      CREATE CAST (app.mood AS int) WITH FUNCTION app.number(app.mood) AS IMPLICIT`,
    statement: 'SELECT * FROM t WHERE a = enum_first(CAST(NULL AS mood))',
    runs: true,
    refused,
    detail: 'cast from app.mood to integer',
  },
  {
    kind: 'a cast of a column that is an enum',
    sql: `${mood} ${code('app.number(app.mood)', 'int', 'STABLE', '1')} CREATE TABLE app.felt (m app.mood);
      CREATE CAST (app.mood AS int) WITH FUNCTION app.number(app.mood) AS IMPLICIT`,
    statement: 'SELECT * FROM t JOIN felt ON a = m',
    runs: false,
    refused,
    detail: 'cast from app.mood to integer',
  },
  {
    kind: 'a cast of an enum to JSON, which to_json looks for',
    sql: `${mood} ${code('app.shown(app.mood)', 'json', 'STABLE', "'1'")}
      CREATE CAST (app.mood AS json) WITH FUNCTION app.shown(app.mood)`,
    statement: 'SELECT * FROM t WHERE b = to_json(enum_first(CAST(NULL AS mood)))::text',
    runs: true,
    refused,
    detail: 'cast from app.mood to json',
  },
  {
    kind: 'a cast of an enum by a function of the system',
    sql: `${mood} CREATE CAST (app.mood AS json) WITH FUNCTION pg_catalog.to_json(anyelement)`,
    statement: 'SELECT * FROM t WHERE b = CAST(enum_first(CAST(NULL AS mood)) AS json)::text',
    runs: false,
    refused,
    detail: 'cast from app.mood to json',
  },
  {
    kind: 'a cast of the row of a table',
    sql: `${code('app.number(app.t)', 'int', 'STABLE', '1')}
      CREATE CAST (app.t AS int) WITH FUNCTION app.number(app.t)`,
    statement: 'SELECT * FROM t WHERE a = CAST(t AS int)',
    runs: false,
    refused,
    detail: 'cast from app.t to integer',
  },
  {
    kind: 'a cast of an array',
    sql: `${mood} ${code('app.number(app.mood[])', 'int', 'STABLE', '1')}
      CREATE CAST (app.mood[] AS int) WITH FUNCTION app.number(app.mood[]) AS IMPLICIT`,
    statement: 'SELECT * FROM t WHERE a = enum_range(CAST(NULL AS mood))',
    runs: true,
    refused,
    detail: 'cast from app.mood[] to integer',
  },
  {
    kind: 'a cast without a function to a composite type',
    sql: `${composite} ${mood} CREATE CAST (app.mood AS app.pair) WITH INOUT AS IMPLICIT; CREATE TABLE app.felt (m app.mood)`,
    statement: 'SELECT * FROM felt WHERE m = $1',
    runs: false,
    refused,
    detail: 'type app.pair',
  },
  {
    kind: 'a cast between two types of the system',
    bySuperuser: `${code('app.number(point)', 'int', 'STABLE', '1')}
      CREATE CAST (point AS int) WITH FUNCTION app.number(point) AS IMPLICIT`,
    path: 'public',
    statement: 'SELECT * FROM app.t WHERE a = point(pi(), pi())',
    runs: true,
    refused,
    detail: 'cast from point to integer',
  },
]
