import type { ColumnDefinition, ColumnType, QueryDefinition } from './query.ts'

/** What every query with the scope `database` has without naming it. */
const implicitColumns: Readonly<Record<string, ColumnType>> = { database: 'string', database_oid: 'string' }

/** Every definition of every column of a query: the query's own first, then its variants'. */
export function columnDefinitions(query: QueryDefinition): Map<string, ColumnDefinition[]> {
  const definitions = new Map<string, ColumnDefinition[]>()
  for (const columns of [query.columns, ...query.variants.map((variant) => variant.columns)]) {
    for (const [name, definition] of Object.entries(columns)) {
      definitions.set(name, [...(definitions.get(name) ?? []), definition])
    }
  }
  return definitions
}

/** The types of a query's columns, whichever variant they are in. */
export function columnTypes(query: QueryDefinition): ReadonlyMap<string, ColumnType> {
  const types = new Map<string, ColumnType>()
  for (const [name, [first]] of columnDefinitions(query)) if (first !== undefined) types.set(name, first.type)
  return types
}

/** As `columnTypes`, with the implicit columns of a query with the scope `database`. */
export function readableColumnTypes(query: QueryDefinition): ReadonlyMap<string, ColumnType> {
  return query.scope === 'server'
    ? columnTypes(query)
    : new Map([...Object.entries(implicitColumns), ...columnTypes(query)])
}

/** Whether the query has this column without naming it. */
export function isImplicitColumn(query: QueryDefinition, name: string): boolean {
  return query.scope === 'database' && Object.hasOwn(implicitColumns, name)
}
