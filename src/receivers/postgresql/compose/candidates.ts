import type { MetricPoint, MetricSource } from '../../../metadata/model.ts'
import type { ColumnDefinition, QueryDefinition, QueryVariant, ResetDefinition } from '../../../metadata/query.ts'
import type { SourcedMetric } from '../../../metadata/sourced-metric.ts'
import type { Capabilities } from '../server/capabilities.ts'
import { deniedExpression } from '../server/denied-parts.ts'
import { type Unmet, unmet } from '../server/requirements.ts'

/** A query with the variant that fits this server. */
export interface Resolved {
  readonly from: string | undefined
  readonly where: string | undefined
  readonly reset: ResetDefinition | undefined
  readonly fallsWhenReset: boolean
  readonly columns: Readonly<Record<string, ColumnDefinition>>
}

export interface Candidate {
  readonly metric: SourcedMetric
  readonly source: MetricSource
  readonly point: MetricPoint
}

/** The columns that a candidate's points are made of, and the columns that computed ones are made of. */
export function columnsOf({ source, point }: Candidate, { columns }: Resolved): readonly string[] {
  const named = [point.value, ...(point.when === undefined ? [] : [point.when])]
  const all = [...named, ...Object.values(source.entity), ...Object.values(source.attributes)]
  return all.flatMap((name) => [name, ...(columns[name]?.computed ?? [])])
}

/** Whether this server has the column; `extension` names the extension whose columns are meant. */
export function isThere(name: string, resolved: Resolved, capabilities: Capabilities, extension?: string): boolean {
  const column = resolved.columns[name]
  return column !== undefined && unmetColumn(column, resolved, capabilities, extension) === undefined
}

function unmetColumn(column: ColumnDefinition, resolved: Resolved, capabilities: Capabilities, extension?: string) {
  const because = unmet(column.requires, capabilities, extension)
  return because ?? (column.sql === undefined ? undefined : deniedExpression(column.sql, resolved, capabilities))
}

export function resolveVariant(query: QueryDefinition, capabilities: Capabilities): Resolved | Unmet {
  const because = unmet(query.requires, capabilities)
  if (because !== undefined) return because
  if (query.variants.length === 0) return resolve(query, undefined)
  let last: Unmet | undefined
  for (const variant of query.variants) {
    last = unmet(variant.requires, capabilities, query.requires?.extension?.name)
    if (last === undefined) return resolve(query, variant)
  }
  return last ?? { ordinary: true, reason: 'no variant fits' }
}

function resolve(query: QueryDefinition, variant: QueryVariant | undefined): Resolved {
  return {
    from: variant?.from ?? query.from,
    where: variant?.where ?? query.where,
    reset: variant?.reset ?? query.reset,
    fallsWhenReset: variant?.fallsWhenReset ?? query.fallsWhenReset ?? false,
    columns: { ...query.columns, ...variant?.columns },
  }
}

export function unmetCandidate(
  candidate: Candidate,
  query: QueryDefinition,
  resolved: Resolved,
  capabilities: Capabilities,
): Unmet | undefined {
  const { metric, source } = candidate
  const extension = query.requires?.extension?.name
  const because = unmet(metric.requires, capabilities) ?? unmet(source.requires, capabilities, extension)
  if (because !== undefined) return because
  for (const name of columnsOf(candidate, resolved)) {
    if (isImplicit(query, name)) continue
    const column = resolved.columns[name]
    // A column of another variant: this server doesn't have it here.
    if (column === undefined) return { ordinary: true, reason: `${query.name}.${name} isn't known to this server` }
    const lacking = unmetColumn(column, resolved, capabilities, extension)
    if (lacking !== undefined) return lacking
  }
  return undefined
}

export function isImplicit(query: QueryDefinition, name: string): name is 'database' | 'database_oid' {
  return query.scope === 'database' && (name === 'database' || name === 'database_oid') && !(name in query.columns)
}
