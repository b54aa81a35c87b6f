import { isImplicitColumn, readableColumnTypes } from '../columns.ts'
import type { Rule } from '../draft.ts'
import { checkColumn } from './source-context.ts'
import { attributeColumns } from './sources.ts'

/** What a query says for the sources of all of its metrics names columns of it, and some metric takes each of it. */
export const sourceDefaultsFit: Rule = (draft, report) => {
  for (const query of draft.metadata.queries) {
    const { entity, attributes } = draft.defaults.get(query.name) ?? { entity: {}, attributes: {} }
    const context = { query, types: readableColumnTypes(query), report }
    const metrics = draft.metadata.metrics.filter(({ sources }) =>
      sources.some((source) => source.query === query.name),
    )
    const parts = metrics.flatMap((metric) => draft.entities.get(metric.entity)?.parts ?? [])
    const listed = metrics.flatMap((metric) => metric.attributes)
    for (const [part, column] of Object.entries(entity)) {
      const path = ['queries', query.name, 'entity', part]
      checkColumn(context, column, ['string', 'int'], path)
      if (part === 'database' && isImplicitColumn(query, part)) {
        report(path, `needs no column: ${query.name} runs in every database`, 'key')
      } else if (draft.complete && !parts.includes(part)) {
        report(path, 'expected a part of the entity of a metric that the query feeds', 'key')
      }
    }
    for (const [name, column] of Object.entries(attributes)) {
      const path = ['queries', query.name, 'attributes', name]
      const type = draft.attributes.get(name)?.type
      checkColumn(context, column, type && attributeColumns[type], path)
      if (draft.complete && !listed.includes(name)) {
        report(path, 'expected an attribute of a metric that the query feeds', 'key')
      }
    }
  }
}
