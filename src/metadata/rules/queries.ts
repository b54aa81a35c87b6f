import type { Path } from '../../yaml/fault.ts'
import { columnDefinitions, columnTypes, isImplicitColumn } from '../columns.ts'
import type { Report, Rule } from '../draft.ts'
import type { ColumnDefinition, ColumnType, QueryDefinition } from '../query.ts'
import { unknownName } from '../unknown-name.ts'

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

/** A query without identity gives one row, which needs no slices, no top rows and has no duplicates. */
function checkRows({ slice, top, groupBy, onDuplicate, identity }: QueryDefinition, path: Path, report: Report): void {
  if (slice !== undefined && groupBy !== undefined) {
    report([...path, 'read', 'slice'], 'expected either slice or group_by: a group may lie in several slices', 'key')
  }
  if (top !== undefined && onDuplicate !== undefined) {
    report([...path, 'on_duplicate'], 'expected either top or on_duplicate: rows of one identity are added up', 'key')
  }
  if (identity.length > 0 || groupBy !== undefined) return
  const many = Object.entries({ slice, top, on_duplicate: onDuplicate }).find(([, value]) => value !== undefined)
  if (many !== undefined) {
    report(path, `expected identity: with ${many[0]} the query gives several rows, which nothing tells apart`, 'key')
  }
}

function checkKeys(query: QueryDefinition, path: Path, report: Report): void {
  const { identity, groupBy = [], readByCode = [], top } = query
  const asked = [
    { names: identity, at: ['identity'] },
    { names: groupBy, at: ['group_by'] },
    { names: readByCode, at: ['read_by_code'] },
    { names: top?.by ?? [], at: ['top', 'by'], types: ['int', 'double'] },
  ] as const
  for (const { at, names, ...allowed } of asked) checkNamed(query, names, [...path, ...at], report, allowed)
  checkNamed(query, top?.others ?? [], [...path, 'top', 'others'], report, { types: ['string'], computed: true })
}

interface Allowed {
  readonly types?: readonly ColumnType[]
  /** Also a column that the server isn't asked for. */
  readonly computed?: true
}

/** @param path of the list in which the columns are named */
function checkNamed(
  query: QueryDefinition,
  names: readonly string[],
  path: Path,
  report: Report,
  { types: allowed, computed }: Allowed,
): void {
  const types = columnTypes(query)
  for (const [index, name] of names.entries()) {
    const type = types.get(name)
    const at = [...path, index]
    if (type === undefined) report(at, unknownName(`a column of ${query.name}`, name, types.keys()))
    else if (allowed !== undefined && !allowed.includes(type)) {
      report(at, `expected a column of type ${allowed.join(' or ')}, found ${name}, which is ${type}`)
    } else if (
      computed !== true &&
      columnDefinitions(query)
        .get(name)
        ?.some((one) => one.computed !== undefined)
    ) {
      report(at, `expected a column that is asked for, found ${name}, which is computed`)
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
    if (computed !== undefined && query.top === undefined) report(at, 'expected only in a query with top', 'key')
    checkNamed(query, computed ?? [], at, report, {})
    if (isImplicitColumn(query, name)) {
      report([...path, 'columns', name], 'is there without being named: the scope is database', 'key')
    }
    const first = types.get(name)
    if (first !== undefined && type !== first) {
      report([...path, 'columns', name, 'type'], `expected ${first} as elsewhere in ${query.name}, found ${type}`)
    }
  }
}
