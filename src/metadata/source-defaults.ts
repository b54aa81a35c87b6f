import type { WrittenMetric, WrittenSource } from './grammar/metric-grammar.ts'
import type { SourceDefaults } from './grammar/query-grammar.ts'
import type { Entity, MetricSource } from './model.ts'

export interface CompletedSource {
  readonly source: MetricSource
  /** What of it the query says. */
  readonly defaults: SourceDefaults
}

const nothing: SourceDefaults = { entity: {}, attributes: {} }

/**
 * What a source doesn't say itself, its query says for all of its metrics: the parts that the metric's entity has, and the
 * attributes that the metric has and no point gives as a constant.
 */
export function completeSource(
  written: WrittenSource,
  { attributes }: WrittenMetric,
  entity: Entity | undefined,
  ofQuery: SourceDefaults = nothing,
): CompletedSource {
  const isConstant = (name: string) => written.points.some((point) => Object.hasOwn(point.attributes, name))
  const defaults = {
    entity: written.entity === undefined ? only(ofQuery.entity, (part) => entity?.parts.includes(part) ?? false) : {},
    attributes:
      written.attributes === undefined
        ? only(ofQuery.attributes, (name) => attributes.includes(name) && !isConstant(name))
        : {},
  }
  const source = {
    ...written,
    entity: written.entity ?? defaults.entity,
    attributes: written.attributes ?? defaults.attributes,
  }
  return { source, defaults }
}

function only(named: Readonly<Record<string, string>>, is: (name: string) => boolean): Record<string, string> {
  return Object.fromEntries(Object.entries(named).filter(([name]) => is(name)))
}
