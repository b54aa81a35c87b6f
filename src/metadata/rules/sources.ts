import { readableColumnTypes } from '../columns.ts'
import type { Draft, Report, Rule } from '../draft.ts'
import type { Attribute, Metric } from '../model.ts'
import type { ColumnType } from '../query.ts'
import { unknownName } from '../unknown-name.ts'
import { checkDistinct, checkPoint } from './points.ts'
import { checkColumn, type SourceContext, unlisted } from './source-context.ts'

/** Every metric's points can be made of the columns of its queries. */
export const sourcesFit: Rule = (draft, report) => {
  for (const metric of draft.metadata.metrics) {
    checkOthers(draft, metric, report)
    for (const [index, source] of metric.sources.entries()) {
      const path = ['metrics', metric.name, 'source', index]
      const query = draft.queries.get(source.query)
      if (query !== undefined) {
        const context = { draft, metric, source, query, types: readableColumnTypes(query), path, report }
        checkEntity(context)
        checkAttributeColumns(context)
        for (const [at, point] of source.points.entries()) checkPoint(context, point, [...path, 'points', at])
        checkDistinct(context)
      } else if (!draft.declared.queries.includes(source.query)) {
        report([...path, 'query'], unknownName('a query', source.query, draft.declared.queries))
      }
    }
  }
}

/** Said once, however many points the metric has. */
function checkOthers({ queries }: Draft, { name, others, monotonic, sources }: Metric, report: Report): void {
  if (others === undefined) return
  const path = ['metrics', name, 'others']
  if (monotonic) {
    report(path, 'expected only for a gauge or up-down sum: increases of counters are always added', 'key')
  } else if (sources.some(({ query }) => queries.has(query) && queries.get(query)?.top === undefined)) {
    report(path, 'expected only for a query with top', 'key')
  }
}

function checkEntity(context: SourceContext): void {
  const { draft, metric, source, query, path, report } = context
  const entity = draft.entities.get(metric.entity)
  if (entity === undefined) return
  const isImplicit = (part: string): boolean => query.scope === 'database' && part === 'database'
  const missing = entity.parts.filter((part) => !isImplicit(part) && !Object.hasOwn(source.entity, part))
  for (const part of missing) {
    report([...path, 'entity', part], `expected a column for the part {${part}} of ${entity.type}, found none`, 'key')
  }
  const inherited = draft.inherited.get(source)?.entity ?? {}
  for (const [part, column] of Object.entries(source.entity)) {
    if (Object.hasOwn(inherited, part)) continue
    const at = [...path, 'entity', part]
    if (isImplicit(part)) report(at, `needs no column: ${query.name} runs in every database`, 'key')
    else if (entity.parts.includes(part)) checkColumn(context, column, ['string', 'int'], at)
    else
      report(
        at,
        `expected a part of ${entity.type} (${entity.parts.join(', ') || 'it has none'}), found ${part}`,
        'key',
      )
  }
}

/** The types of columns that an attribute's values may come from. */
export const attributeColumns: Readonly<Record<Attribute['type'], readonly ColumnType[]>> = {
  string: ['string'],
  int: ['int'],
  double: ['double', 'int'],
  bool: ['bool'],
}

function checkAttributeColumns(context: SourceContext): void {
  const { draft, metric, source, path, report } = context
  const inherited = draft.inherited.get(source)?.attributes ?? {}
  for (const [name, column] of Object.entries(source.attributes)) {
    if (Object.hasOwn(inherited, name)) continue
    const at = [...path, 'attributes', name]
    if (!metric.attributes.includes(name)) report(at, unlisted(metric, name), 'key')
    const attribute = draft.attributes.get(name)
    checkColumn(context, column, attribute === undefined ? undefined : attributeColumns[attribute.type], at)
  }
}
