import type { AbsenceReason } from '../../../../../../src/receivers/postgresql/explain/plan-absence.ts'

/** What an unprivileged role plants in its own database, and a statement that leads a planner there. */
export interface Attack {
  readonly kind: string
  /** Run by a superuser, before `sql`. */
  readonly bySuperuser?: string
  /** Run by the role `app`, which owns the database and the schema `app`. */
  readonly sql?: string
  /** `OID(name)` stands for the number of a function or a relation. */
  readonly statement: string
  /** Whether, or on which majors, a plain EXPLAIN runs what was planted: what makes the rest worth something. */
  readonly runs: boolean | { readonly from?: number; readonly until?: number }
  readonly refused: AbsenceReason
  /** Part of what is said to be in the way. */
  readonly detail: string
  /** The search_path of `app`; `app, public` without. */
  readonly path?: string
  /** The first major that has such a thing. */
  readonly since?: number
}

/** What planted code writes into the server's log when it runs; no transaction undoes that. */
export const canary = 'PLANTED CODE RAN'

/** A function that leaves the canary. */
export const code = (name: string, returns: string, volatility: string, value: string): string =>
  `CREATE FUNCTION ${name} RETURNS ${returns} LANGUAGE plpgsql ${volatility}
    AS $$ BEGIN RAISE LOG '${canary} for %', session_user; RETURN ${value}; END $$;`

/** What every attack finds in its database; to be run by a superuser. */
export const groundSql = `CREATE SCHEMA app AUTHORIZATION app; GRANT USAGE ON SCHEMA app TO PUBLIC; SET ROLE app;
  ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO monitor;
  CREATE TABLE app.t (a int, b text, c float8, i interval, s timestamptz);
  ${code('app.spy()', 'int', 'IMMUTABLE', '41')} ${code('app.spy(int)', 'int', 'IMMUTABLE', '41')}
  ${code('app.spy_stable()', 'int', 'STABLE', '41')} ${code('app.spy_text(text)', 'boolean', 'IMMUTABLE', 'true')}
  INSERT INTO app.t SELECT n, n, n, make_interval(days => n), now() FROM generate_series(1, 500) AS n;
  RESET ROLE; ANALYZE app.t`
