import type { Path } from '../../yaml/fault.ts'
import { columnTypes, isImplicitColumn } from '../columns.ts'
import type { Report, Rule } from '../draft.ts'
import type { ColumnDefinition, QueryDefinition } from '../query.ts'
import { unknownName } from './unknown-name.ts'

/** A query's own parts fit together. */
export const queriesAreSound: Rule = ({ metadata }, report) => {
  for (const query of metadata.queries) {
    const path = ['queries', query.name]
    checkRows(query, path, report)
    checkKeys(query, path, report)
    checkColumns(query, query.columns, path, report)
    for (const [index, variant] of query.variants.entries()) {
      checkColumns(query, variant.columns, [...path, 'variants', index], report)
    }
  }
}

/** A query without identity gives one row, which needs no slices, no limit and has no duplicates. */
function checkRows(
  { slice, limit, groupBy, onDuplicate, identity }: QueryDefinition,
  path: Path,
  report: Report,
): void {
  if (slice !== undefined && groupBy !== undefined) {
    report([...path, 'slice'], 'expected either slice or group_by: a group may lie in several slices', 'key')
  }
  if (identity.length > 0 || groupBy !== undefined) return
  const many = Object.entries({ slice, limit, on_duplicate: onDuplicate }).find(([, value]) => value !== undefined)
  if (many !== undefined) {
    report(path, `expected identity: with ${many[0]} the query gives several rows, which nothing tells apart`, 'key')
  }
}

function checkKeys(query: QueryDefinition, path: Path, report: Report): void {
  const types = columnTypes(query)
  for (const [key, columns] of [
    ['identity', query.identity],
    ['group_by', query.groupBy ?? []],
  ] as const) {
    for (const [index, column] of columns.entries()) {
      if (!types.has(column))
        report([...path, key, index], unknownName(`a column of ${query.name}`, column, types.keys()))
    }
  }
}

function checkColumns(
  query: QueryDefinition,
  columns: Readonly<Record<string, ColumnDefinition>>,
  path: Path,
  report: Report,
): void {
  const types = columnTypes(query)
  for (const [name, { type }] of Object.entries(columns)) {
    if (isImplicitColumn(query, name)) {
      report([...path, 'columns', name], 'is there without being named: the scope is database', 'key')
    }
    const first = types.get(name)
    if (first !== undefined && type !== first) {
      report([...path, 'columns', name, 'type'], `expected ${first} as elsewhere in ${query.name}, found ${type}`)
    }
  }
}
