import type { Path } from '../../yaml/fault.ts'
import type { Rule } from '../draft.ts'
import type { MetricSource } from '../model.ts'
import type { ColumnDefinition } from '../query.ts'

/** A query that feeds nothing would never run. */
export const queriesAreUsed: Rule = ({ complete, metadata }, report) => {
  if (!complete) return
  const used = new Set(metadata.metrics.flatMap(({ sources }) => sources.map(({ query }) => query)))
  for (const { name } of metadata.queries) {
    if (!used.has(name)) report(['queries', name], 'feeds no metric', 'key')
  }
}

/** Requirements that nothing names are a leftover. */
export const requirementsAreUsed: Rule = ({ complete, declared, required }, report) => {
  if (!complete) return
  for (const name of declared.requirements) {
    if (!required.has(name)) report(['requirements', name], 'is required by nothing', 'key')
  }
}

/** A column that nothing reads would never be asked for. */
export const columnsAreUsed: Rule = ({ complete, metadata }, report) => {
  if (!complete) return
  const sources = Map.groupBy(
    metadata.metrics.flatMap((metric) => metric.sources),
    ({ query }) => query,
  )
  for (const { name, identity, groupBy = [], top, readByCode = [], columns, variants } of metadata.queries) {
    const feeds = sources.get(name)
    // Said of the whole query already.
    if (feeds === undefined) continue
    const computed = [columns, ...variants.map((variant) => variant.columns)].flatMap(computedFrom)
    const used = new Set([
      ...[...identity, ...groupBy, ...(top?.by ?? []), ...readByCode, ...computed],
      ...feeds.flatMap(columnsOf),
    ])
    const unused = (path: Path, names: readonly string[]): void => {
      for (const column of names) {
        if (!used.has(column)) report([...path, 'columns', column], 'is read by no metric, identity or group_by', 'key')
      }
    }
    unused(['queries', name], Object.keys(columns))
    for (const [index, variant] of variants.entries()) {
      const own = Object.keys(variant.columns).filter((column) => !Object.hasOwn(columns, column))
      unused(['queries', name, 'variants', index], own)
    }
  }
}

function columnsOf({ entity, attributes, points }: MetricSource): string[] {
  const ofPoints = points.flatMap(({ value, when }) => (when === undefined ? [value] : [value, when]))
  return [...Object.values(entity), ...Object.values(attributes), ...ofPoints]
}

function computedFrom(columns: Readonly<Record<string, ColumnDefinition>>): readonly string[] {
  return Object.values(columns).flatMap(({ computed = [] }) => computed)
}
