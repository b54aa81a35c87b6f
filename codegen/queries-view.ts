import type { Metadata } from '../src/metadata/model.ts'
import { sourcedMetrics } from '../src/metadata/tables.ts'
import { literal } from './literal.ts'

/** What queries.ts.hbs is rendered from. */
export interface QueriesView {
  readonly queries: readonly {
    readonly name: string
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

export function queriesView(metadata: Metadata): QueriesView {
  return {
    queries: metadata.queries.map((query) => ({
      name: literal(query.name),
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
