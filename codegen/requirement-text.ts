import { grant } from '../src/metadata/grant.ts'
import type { MetricPoint, MetricSource } from '../src/metadata/model.ts'
import type { QueryDefinition, Requirements } from '../src/metadata/query.ts'

/** What must hold, for people: `PostgreSQL >=16, a primary`; empty for nothing. */
export function requirementText(...all: readonly (Requirements | undefined)[]): string {
  return [...new Set(all.flatMap((requires) => (requires === undefined ? [] : phrases(requires))))].join(', ')
}

/** What a source requires, and what only some of its points do. */
export function sourceRequirements(
  query: QueryDefinition,
  source: MetricSource,
): { readonly all: string; readonly points: readonly { readonly point: string; readonly text: string }[] } {
  const points = source.points.map((point) => ({ point: pointText(point), text: columnText(query, point.value) }))
  const common = requirementText(query.requires, source.requires)
  const [first] = points
  if (first === undefined || points.some(({ text }) => text !== first.text)) {
    return { all: common, points: points.filter(({ text }) => text !== '') }
  }
  return { all: [common, first.text].filter((text) => text !== '').join(', '), points: [] }
}

function phrases({ server, role, extension, columns, privileges }: Requirements): string[] {
  return [
    ...(server === undefined ? [] : [`PostgreSQL ${server.text}`]),
    ...(role === undefined ? [] : [`a ${role}`]),
    ...(extension === undefined
      ? []
      : [['the extension', extension.name, extension.version?.text ?? ''].join(' ').trim()]),
    ...(columns === undefined ? [] : [`the extension's ${columns.join(', ')}`]),
    ...(privileges ?? []).map((privilege) => `\`${grant(privilege, 'otelephant')}\``),
  ]
}

/** A column that only some variants have needs one of those. */
function columnText(query: QueryDefinition, column: string): string {
  const own = query.columns[column]
  if (own !== undefined) return requirementText(own.requires)
  const having = query.variants.filter(({ columns }) => Object.hasOwn(columns, column))
  if (having.length > 1 && having.length === query.variants.length) return ''
  const ways = having.map(({ requires, columns }) => requirementText(requires, columns[column]?.requires))
  return ways.includes('') ? '' : [...new Set(ways)].join(' or ')
}

function pointText({ attributes, value }: MetricPoint): string {
  const constants = Object.entries(attributes).map(([name, constant]) => `${name}=${constant}`)
  return constants.length === 0 ? value : constants.join(', ')
}
