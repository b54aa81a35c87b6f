import type { Privilege, QueryDefinition, QueryVariant, Requirements } from '../../../metadata/query.ts'
import type { SourcedMetric } from '../../../metadata/sourced-metric.ts'
import type { Connection, TextRow } from '../connection/connection.ts'
import { quotedWhereNeeded } from '../connection/identifiers.ts'
import { type Denial, Denials } from './denials.ts'
import { probedRoles } from './grant-parts.ts'
import type { Grants } from './grants.ts'
import type { ServerState } from './read-server-state.ts'
import { readViews, type ViewParts } from './view-parts.ts'

/** What one database of one server offers to one role. Read once per capability epoch. */
export interface Capabilities {
  /** As a version range compares it: `[16]` (the major; PostgreSQL's minors change no catalog). */
  readonly server: readonly number[]
  readonly role: ServerState['role']
  readonly userName: string
  readonly extensions: ReadonlyMap<string, Extension>
  /** Why the extensions, or their columns, aren't known. */
  readonly extensionsDenial?: Denial
  /** The system's roles whose rights this one has; `undefined` where the server doesn't say. */
  readonly roles: Grants['roles']
  /** `kind name` -> whether it is granted; null for a function or table that this database doesn't have. */
  readonly privileges: ReadonlyMap<string, boolean | null>
  readonly denials: Denials
  /** The views that queries read, as far as a denied function may stand in them. */
  readonly views: ReadonlyMap<string, ViewParts>
}

/** A server of which nothing is known. */
export const nothingKnown: Capabilities = {
  server: [0],
  role: 'unknown',
  userName: '',
  extensions: new Map(),
  roles: undefined,
  privileges: new Map(),
  denials: Denials.none,
  views: new Map(),
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

/** What is asked of each extension, and the value where that is denied. */
const extensionColumns = [
  { sql: "CASE WHEN has_schema_privilege(n.oid, 'USAGE') THEN 't' ELSE 'f' END", otherwise: "'t'" },
  // A library that isn't preloaded defines no settings; a setting alone, in the server's file, isn't shown by this function.
  {
    sql: `CASE WHEN e.extname <> 'pg_stat_statements'
      OR EXISTS (SELECT FROM pg_show_all_settings() AS s WHERE s.name = 'pg_stat_statements.max') THEN 't' ELSE 'f' END`,
    otherwise: "'t'",
  },
  {
    sql: `CASE WHEN EXISTS (SELECT FROM pg_available_extensions() AS v
      WHERE v.name = e.extname AND v.default_version <> e.extversion) THEN 't' ELSE 'f' END`,
    otherwise: "'f'",
  },
  {
    sql: `ARRAY(SELECT a.attname FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
      WHERE c.relname = e.extname AND c.relnamespace = e.extnamespace AND a.attnum > 0 AND NOT a.attisdropped)`,
    otherwise: 'NULL',
  },
] as const

const extensionsFrom = 'FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace'

function extensionsText(denials: Denials): string {
  const columns = extensionColumns.map(({ sql, otherwise }) => (denials.findIn(sql) === undefined ? sql : otherwise))
  return `SELECT /* otelephant capabilities */ e.extname, e.extversion, n.nspname, ${columns.join(', ')} ${extensionsFrom}`
}

const privilegesSql = `SELECT /* otelephant capabilities */ p.kind, p.name, CASE p.kind
    WHEN 'role' THEN (SELECT pg_has_role(r.oid, 'USAGE') FROM pg_roles AS r WHERE r.rolname = p.name)
    WHEN 'function' THEN has_function_privilege(to_regprocedure(p.name), 'EXECUTE')
    WHEN 'table' THEN has_table_privilege(to_regclass(p.name), 'SELECT') END
  FROM unnest($1::text[], $2::text[]) AS p(kind, name)`

export async function readCapabilities(
  connection: Connection,
  { versionNumber, role, userName, grants }: ServerState,
  wanted: Wanted,
  signal: AbortSignal,
): Promise<Capabilities> {
  const { denials } = grants
  const extensionsDenial = denials.findIn(extensionsFrom)
  const partsDenial = extensionsDenial ?? denials.findIn(extensionColumns.at(-1)?.sql ?? '')
  const extensions =
    extensionsDenial === undefined ? await connection.query('extensions', extensionsText(denials), [], signal) : []
  const privileges = await readPrivileges(connection, grants, wanted.privileges, signal)
  return {
    server: [Math.floor(versionNumber / 10_000)],
    role,
    userName,
    privileges,
    denials,
    roles: grants.roles,
    extensions: new Map(extensions.map((row) => [row[0] ?? '', extensionOf(row)])),
    ...(partsDenial === undefined ? {} : { extensionsDenial: partsDenial }),
    views: await readViews(connection, denials, wanted.relations, signal),
  }
}

function extensionOf([, version, schema, reachable, loaded, updatable, columns]: TextRow): Extension {
  return {
    version: (version ?? '').split('.').map(Number),
    schema: quotedWhereNeeded(schema ?? ''),
    reachable: reachable === 't',
    loaded: loaded === 't',
    updatable: updatable === 't',
    columns: new Set((columns ?? '{}').slice(1, -1).split(',')),
  }
}

/** Some roles are among the grants; anything else is probed. */
async function readPrivileges(
  connection: Connection,
  { roles }: Grants,
  wanted: readonly Privilege[],
  signal: AbortSignal,
): Promise<Map<string, boolean | null>> {
  const isKnown = ({ kind, name }: Privilege) => kind === 'role' && probedRoles.includes(name)
  const known = wanted.filter(isKnown)
  const asked = wanted.filter((privilege) => !isKnown(privilege))
  const kinds = asked.map(({ kind }) => kind)
  const names = asked.map(({ name }) => name)
  const rows = asked.length === 0 ? [] : await connection.query('privileges', privilegesSql, [kinds, names], signal)
  return new Map([
    ...known.map(({ kind, name }) => [`${kind} ${name}`, roles?.has(name) === true] as const),
    ...rows.map(([kind, name, granted]) => [`${kind} ${name}`, granted === null ? null : granted === 't'] as const),
  ])
}

/** What composed queries may need. */
export interface Wanted {
  readonly privileges: readonly Privilege[]
  /** Names of relations of the system that may be views. */
  readonly relations: readonly string[]
}

/** Every privilege that anything in the metadata asks for, and everything that may be a view. */
export function wantedOf(queries: readonly QueryDefinition[], metrics: readonly SourcedMetric[]): Wanted {
  const found = new Map<string, Privilege>()
  const relations = new Set<string>()
  const add = (requires: Requirements | undefined) => {
    for (const privilege of requires?.privileges ?? []) found.set(`${privilege.kind} ${privilege.name}`, privilege)
  }
  const addPart = ({ requires, from = '', where = '', reset, columns }: QueryVariant) => {
    add(requires)
    const texts = [from, where, reset?.sql ?? '', ...Object.values(columns).map(({ sql }) => sql ?? '')]
    for (const [name] of texts.join(' ').matchAll(/\bpg_\w+/g)) relations.add(name)
    for (const column of Object.values(columns)) add(column.requires)
  }
  for (const query of queries) for (const part of [query, ...query.variants]) addPart(part)
  for (const metric of metrics) {
    add(metric.requires)
    for (const source of metric.sources) add(source.requires)
  }
  return { privileges: [...found.values()], relations: [...relations] }
}
