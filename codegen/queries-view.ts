import { columnDefinitions } from '../src/metadata/columns.ts'
import type { Metadata } from '../src/metadata/model.ts'
import type { QueryDefinition } from '../src/metadata/query.ts'
import { sourcedMetrics } from '../src/metadata/tables.ts'
import { literal } from './literal.ts'

/** What queries.ts.hbs is rendered from. */
export interface QueriesView {
  readonly queries: readonly {
    readonly name: string
    readonly definition: string
    /** Unions of names. */
    readonly columns: string
    readonly computed: string
  }[]
  /** Of the queries with columns that only code reads: an object of names. */
  readonly readByCode: readonly { readonly query: string; readonly columns: string }[]
  readonly sourcedMetrics: readonly {
    readonly metric: string
    readonly entity: string
    readonly others: string
    readonly requires: string
    readonly sources: string
  }[]
}

export function queriesView(metadata: Metadata): QueriesView {
  return {
    queries: metadata.queries.map((query) => ({
      name: literal(query.name),
      definition: literal(query),
      columns: namesOf(query, false),
      computed: namesOf(query, true),
    })),
    readByCode: metadata.queries.flatMap(({ name, readByCode }) =>
      readByCode === undefined
        ? []
        : [
            {
              query: literal(name),
              columns: literal(Object.fromEntries(readByCode.map((column) => [column, column]))),
            },
          ],
    ),
    sourcedMetrics: sourcedMetrics(metadata).map(({ info, entity, others, requires, sources }) => ({
      metric: literal(info.name),
      entity: literal(entity.type),
      others: others === undefined ? '' : literal(others),
      requires: requires === undefined ? '' : literal(requires),
      sources: literal(sources),
    })),
  }
}

/** The columns that SQL gives, or those that code computes, in whichever variant. */
function namesOf(query: QueryDefinition, computed: boolean): string {
  return [...columnDefinitions(query)]
    .filter(([, definitions]) => definitions.some((one) => (one.computed !== undefined) === computed))
    .map(([name]) => literal(name))
    .join(' | ')
}
