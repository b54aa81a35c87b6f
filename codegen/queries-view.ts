import { columnTypes } from '../src/metadata/columns.ts'
import { pascalCase } from '../src/metadata/identifier.ts'
import type { Metadata } from '../src/metadata/model.ts'
import type { ColumnType } from '../src/metadata/query.ts'
import { sourcedMetrics } from '../src/metadata/tables.ts'
import { comment, literal } from './literal.ts'
import type { TypedName } from './metrics-view.ts'

/** What queries.ts.hbs is rendered from. */
export interface QueriesView {
  readonly queries: readonly {
    readonly name: string
    readonly description: string
    readonly row: string
    readonly columns: readonly TypedName[]
    readonly definition: string
  }[]
  readonly sourcedMetrics: readonly {
    readonly metric: string
    readonly entity: string
    readonly fold: string
    readonly requires: string
    readonly sources: string
  }[]
}

const rowTypes: Readonly<Record<ColumnType, string>> = {
  int: 'number | bigint',
  double: 'number',
  string: 'string',
  bool: 'boolean',
  timestamp: 'number',
}

export function queriesView(metadata: Metadata): QueriesView {
  return {
    queries: metadata.queries.map((query) => ({
      name: literal(query.name),
      description: comment(query.description),
      row: `${pascalCase(query.name)}Row`,
      columns: [...columnTypes(query)].map(([name, type]) => ({
        name: literal(name),
        type: `${rowTypes[type]} | null`,
      })),
      definition: literal(query),
    })),
    sourcedMetrics: sourcedMetrics(metadata).map(({ info, entity, fold, requires, sources }) => ({
      metric: literal(info.name),
      entity: literal(entity.type),
      fold: fold === undefined ? '' : literal(fold),
      requires: requires === undefined ? '' : literal(requires),
      sources: literal(sources),
    })),
  }
}
