import type { Privilege, QueryDefinition, Requirements } from '../../metadata/query.ts'
import type { SourcedMetric } from '../../metadata/sourced-metric.ts'
import type { Observation } from './observation.ts'
import type { Session } from './session.ts'

/** What one database of one server offers to one role. Read once per capability epoch. */
export interface Capabilities {
  /** As a version range compares it: `[16]` (the major; PostgreSQL's minors change no catalog). */
  readonly server: readonly number[]
  readonly role: 'primary' | 'standby'
  readonly userName: string
  readonly extensions: ReadonlyMap<string, Extension>
  /** `kind name` -> whether it is granted. */
  readonly privileges: ReadonlyMap<string, boolean>
}

export interface Extension {
  readonly version: readonly number[]
  /** Quoted where it needs to be. */
  readonly schema: string
  /** Whether the role may look into the schema. */
  readonly reachable: boolean
  /** Whether the server has brought another version of it since it was created. */
  readonly updatable: boolean
  /** Whether its library is loaded, for those that do nothing without. */
  readonly loaded: boolean
  /** The columns that its view of the same name really has. */
  readonly columns: ReadonlySet<string>
}

/** A library that isn't preloaded defines no settings; a setting alone, in the server's file, isn't shown by pg_settings. */
const extensionsSql = `SELECT /* otelephant capabilities */ e.extname, e.extversion, quote_ident(n.nspname),
    has_schema_privilege(n.oid, 'USAGE'),
    e.extname <> 'pg_stat_statements' OR EXISTS (SELECT FROM pg_settings AS s WHERE s.name = 'pg_stat_statements.max'),
    e.extversion IS DISTINCT FROM v.default_version,
    (SELECT string_agg(a.attname, ',') FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
      WHERE c.relname = e.extname AND c.relnamespace = e.extnamespace AND a.attnum > 0 AND NOT a.attisdropped)
  FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace
    LEFT JOIN pg_available_extensions() AS v ON v.name = e.extname`

const privilegesSql = `SELECT /* otelephant capabilities */ p.kind, p.name, CASE p.kind
    WHEN 'role' THEN (SELECT pg_has_role(current_user, r.oid, 'USAGE') FROM pg_roles AS r WHERE r.rolname = p.name)
    WHEN 'function' THEN has_function_privilege(to_regprocedure(p.name), 'EXECUTE')
    WHEN 'table' THEN has_table_privilege(to_regclass(p.name), 'SELECT') END
  FROM unnest($1::text[], $2::text[]) AS p(kind, name)`

export async function readCapabilities(
  session: Session,
  observation: Observation,
  wanted: readonly Privilege[],
  signal: AbortSignal,
): Promise<Capabilities> {
  const extensions = await session.query('extensions', extensionsSql, [], signal)
  const privileges =
    wanted.length === 0
      ? []
      : await session.query(
          'privileges',
          privilegesSql,
          [wanted.map(({ kind }) => kind), wanted.map(({ name }) => name)],
          signal,
        )
  return {
    server: [Math.floor(observation.versionNumber / 10_000)],
    role: observation.role,
    userName: observation.userName,
    extensions: new Map(
      extensions.map(([name, version, schema, reachable, loaded, updatable, columns]) => [
        name ?? '',
        {
          version: (version ?? '').split('.').map(Number),
          schema: schema ?? '',
          reachable: reachable === 't',
          loaded: loaded === 't',
          updatable: updatable === 't',
          columns: new Set((columns ?? '').split(',')),
        },
      ]),
    ),
    privileges: new Map(privileges.map(([kind, name, granted]) => [`${kind} ${name}`, granted === 't'])),
  }
}

/** Every privilege that anything in the metadata asks for. */
export function wantedPrivileges(queries: readonly QueryDefinition[], metrics: readonly SourcedMetric[]): Privilege[] {
  const found = new Map<string, Privilege>()
  const add = (requires: Requirements | undefined) => {
    for (const privilege of requires?.privileges ?? []) found.set(`${privilege.kind} ${privilege.name}`, privilege)
  }
  for (const query of queries) {
    add(query.requires)
    for (const part of [query, ...query.variants]) {
      add(part.requires)
      for (const column of Object.values(part.columns)) add(column.requires)
    }
  }
  for (const metric of metrics) {
    add(metric.requires)
    for (const source of metric.sources) add(source.requires)
  }
  return [...found.values()]
}
