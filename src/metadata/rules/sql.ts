import type { Path } from '../../yaml/fault.ts'
import type { Report, Rule } from '../draft.ts'
import type { ColumnDefinition, QueryDefinition, QueryVariant, Requirements } from '../query.ts'

/** The oids of the monitored databases. */
const parameters = ['$databases']

/** SQL names only what is bound: parameters that exist, extensions that are required. */
export const sqlIsBound: Rule = ({ metadata }, report) => {
  for (const query of metadata.queries) {
    const extensions = requiredExtensions(query)
    for (const { path, sql } of texts(query)) checkText(sql, extensions, path, report)
    if (extensions.size > 0) continue
    for (const { path, requires } of requirements(query)) reportColumns(requires, path, report)
  }
  for (const { name, requires, sources } of metadata.metrics) {
    // The extension may be required by the query rather than here.
    const ofQueries = sources.some(({ query }) =>
      metadata.queries.some((other) => other.name === query && requiredExtensions(other).size > 0),
    )
    if (ofQueries) continue
    reportColumns(requires, ['metrics', name, 'requires'], report)
    for (const [index, source] of sources.entries()) {
      reportColumns(source.requires, ['metrics', name, 'source', index, 'requires'], report)
    }
  }
}

function checkText(sql: string, extensions: ReadonlySet<string>, path: Path, report: Report): void {
  for (const [parameter] of sql.matchAll(/\$(?:[A-Za-z_]\w*|\d+)/g)) {
    if (parameters.includes(parameter)) continue
    report(path, `expected no parameter but ${parameters.join(' and ')}, found ${parameter}`)
  }
  for (const [placeholder, name] of sql.matchAll(/@extschema:([^@]*)@/g)) {
    if (name !== undefined && extensions.has(name)) continue
    report(
      path,
      `expected the query to require the extension of ${placeholder}; add requires: {extension: {${name}: ...}}`,
    )
  }
}

function reportColumns(requires: Requirements | undefined, path: Path, report: Report): void {
  if (requires?.columns === undefined || requires.extension !== undefined) return
  report([...path, 'columns'], 'names columns of an extension, but no extension is required', 'key')
}

function requiredExtensions(query: QueryDefinition): ReadonlySet<string> {
  return new Set(requirements(query).flatMap(({ requires }) => requires?.extension?.name ?? []))
}

/** Everything in a query that can require something. */
function requirements(query: QueryDefinition): { readonly path: Path; readonly requires: Requirements | undefined }[] {
  return parts(query).flatMap(({ path, part }) => [
    { path: [...path, 'requires'], requires: part.requires },
    ...columnsOf(part, path).map(([at, { requires }]) => ({ path: [...at, 'requires'], requires })),
  ])
}

/** Everything in a query that is SQL. */
function texts(query: QueryDefinition): { readonly path: Path; readonly sql: string }[] {
  const texts = parts(query).flatMap(({ path, part }) => [
    { path: [...path, 'from'], sql: part.from },
    { path: [...path, 'where'], sql: part.where },
    { path: [...path, 'counters', 'reset', 'sql'], sql: part.reset?.sql },
    ...columnsOf(part, path).map(([at, { sql }]) => ({ path: [...at, 'sql'], sql })),
  ])
  const path = ['queries', query.name]
  const { slice } = query
  texts.push(
    { path: [...path, 'read', 'slice', 'from'], sql: slice?.from },
    { path: [...path, 'read', 'slice', 'where'], sql: slice?.where },
  )
  return texts.flatMap(({ path: at, sql }) => (sql === undefined ? [] : [{ path: at, sql }]))
}

function parts(query: QueryDefinition): { readonly path: Path; readonly part: QueryDefinition | QueryVariant }[] {
  const path = ['queries', query.name]
  return [
    { path, part: query },
    ...query.variants.map((variant, index) => ({ path: [...path, 'variants', index], part: variant })),
  ]
}

function columnsOf(part: QueryDefinition | QueryVariant, path: Path): (readonly [Path, ColumnDefinition])[] {
  return Object.entries(part.columns).map(([name, column]) => [[...path, 'columns', name], column] as const)
}
