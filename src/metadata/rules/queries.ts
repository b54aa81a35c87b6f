import type { Path } from '../../yaml/fault.ts'
import { columnTypes, isImplicitColumn } from '../columns.ts'
import type { Report, Rule } from '../draft.ts'
import type { ColumnDefinition, ColumnType, QueryDefinition } from '../query.ts'
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

/** A query without identity gives one row, which needs no slices, no fold and has no duplicates. */
function checkRows({ slice, fold, groupBy, onDuplicate, identity }: QueryDefinition, path: Path, report: Report): void {
  if (slice !== undefined && groupBy !== undefined) {
    report([...path, 'slice'], 'expected either slice or group_by: a group may lie in several slices', 'key')
  }
  if (fold !== undefined && onDuplicate !== undefined) {
    report([...path, 'on_duplicate'], 'expected either fold or on_duplicate: what is folded is added up', 'key')
  }
  if (identity.length > 0 || groupBy !== undefined) return
  const many = Object.entries({ slice, fold, on_duplicate: onDuplicate }).find(([, value]) => value !== undefined)
  if (many !== undefined) {
    report(path, `expected identity: with ${many[0]} the query gives several rows, which nothing tells apart`, 'key')
  }
}

function checkKeys(query: QueryDefinition, path: Path, report: Report): void {
  const types = columnTypes(query)
  checkFold(query, types, path, report)
  for (const [key, columns] of [
    ['identity', query.identity],
    ['group_by', query.groupBy ?? []],
    ['read_by_code', query.readByCode ?? []],
  ] as const) {
    for (const [index, column] of columns.entries()) {
      if (!types.has(column))
        report([...path, key, index], unknownName(`a column of ${query.name}`, column, types.keys()))
    }
  }
}

function checkFold(
  { name: query, fold }: QueryDefinition,
  types: ReadonlyMap<string, ColumnType>,
  path: Path,
  report: Report,
): void {
  const allowed = { by: ['int', 'double'], others: ['string'] } as const
  for (const key of ['by', 'others'] as const) {
    for (const [index, column] of (fold?.[key] ?? []).entries()) {
      const type = types.get(column)
      const at = [...path, 'fold', key, index]
      if (type === undefined) report(at, unknownName(`a column of ${query}`, column, types.keys()))
      else if (!allowed[key].some((one) => one === type)) {
        report(at, `expected a column of type ${allowed[key].join(' or ')}, found ${column}, which is ${type}`)
      }
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
  for (const [name, { type, computed }] of Object.entries(columns)) {
    const at = [...path, 'columns', name, 'computed']
    if (computed !== undefined && query.fold === undefined) report(at, 'expected only in a query with a fold', 'key')
    for (const [index, column] of (computed ?? []).entries()) {
      if (!types.has(column)) report([...at, index], unknownName(`a column of ${query.name}`, column, types.keys()))
    }
    if (isImplicitColumn(query, name)) {
      report([...path, 'columns', name], 'is there without being named: the scope is database', 'key')
    }
    const first = types.get(name)
    if (first !== undefined && type !== first) {
      report([...path, 'columns', name, 'type'], `expected ${first} as elsewhere in ${query.name}, found ${type}`)
    }
  }
}
