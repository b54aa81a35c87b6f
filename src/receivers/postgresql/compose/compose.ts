import { createHash } from 'node:crypto'
import type { MetricSource } from '../../../metadata/model.ts'
import type { QueryDefinition } from '../../../metadata/query.ts'
import type { SourcedMetric } from '../../../metadata/sourced-metric.ts'
import type { ColumnRef, RowPoint, TopRowsQuery } from '../../../rows/row-query.ts'
import type { Capabilities } from '../server/capabilities.ts'
import { permitted } from '../server/denied-parts.ts'
import type { Omission, Unmet } from '../server/requirements.ts'
import {
  type Candidate,
  columnsOf,
  isImplicit,
  isThere,
  type Resolved,
  resolveVariant,
  unmetCandidate,
} from './candidates.ts'
import type { ComposedQueries, ComposedQuery, ComposeSettings } from './composed-query.ts'
import { composeText } from './text.ts'

/**
 * Composes the statements for one database: enabled metrics -> needed columns -> SELECT. What the server's version,
 * role, extensions or grants don't allow is left out, with the reason; the rest is composed.
 */
export function composeQueries(
  settings: ComposeSettings,
  scope: 'server' | 'database',
  capabilities: Capabilities,
): ComposedQueries {
  const omissions: Omission[] = []
  const queries = settings.queries
    .filter((query) => query.scope === scope)
    .flatMap((query) => composeQuery(query, settings, capabilities, omissions) ?? [])
  return { queries, omissions }
}

function composeQuery(
  query: QueryDefinition,
  settings: ComposeSettings,
  capabilities: Capabilities,
  omissions: Omission[],
): ComposedQuery | undefined {
  const candidates = settings.metrics
    .filter((metric) => settings.enabled.has(metric.info.name))
    .flatMap((metric) =>
      metric.sources
        .filter((source) => source.query === query.name)
        .flatMap((source) => source.points.map((point): Candidate => ({ metric, source, point }))),
    )
  const extra = settings.extra?.[query.name]
  if (candidates.length === 0 && extra === undefined) return undefined
  const omit = (metrics: Iterable<string>, because: Unmet) => {
    for (const metric of new Set(metrics)) omissions.push({ metric, query: query.name, ...because })
  }
  const found = resolveVariant(query, capabilities)
  const resolved: Resolved | Unmet =
    'reason' in found ? found : permitted(query, found, capabilities, (lost) => omissions.push(lost))
  if ('reason' in resolved) {
    const names = candidates.map(({ metric }) => metric.info.name)
    omit(extra === undefined ? names : [...names, extra.event], resolved)
    return undefined
  }
  const kept = candidates.filter((candidate) => {
    const because = unmetCandidate(candidate, query, resolved, capabilities)
    if (because !== undefined) omit([candidate.metric.info.name], because)
    return because === undefined
  })
  if (kept.length === 0 && extra === undefined) return undefined
  return assemble(query, resolved, kept, settings, capabilities)
}

function assemble(
  query: QueryDefinition,
  resolved: Resolved,
  candidates: readonly Candidate[],
  settings: ComposeSettings,
  capabilities: Capabilities,
): ComposedQuery {
  const extension = query.requires?.extension?.name
  const asked = new Set(candidates.flatMap((candidate) => columnsOf(candidate, resolved)))
  // Rows are ranked by columns that are asked for anyway, and by all ranking columns where none is.
  const ranking = query.top?.by.some((name) => asked.has(name)) === true ? [] : (query.top?.by ?? [])
  const besides = [...ranking, ...(query.readByCode ?? []), ...(settings.extra?.[query.name]?.columns ?? [])]
  const used = asked.union(new Set(besides.filter((name) => isThere(name, resolved, capabilities, extension))))
  // A key that some metric shows but no enabled one needs is dropped: fewer, larger groups.
  const shown = new Set(
    settings.metrics.flatMap(({ sources }) =>
      sources
        .filter((source) => source.query === query.name)
        .flatMap((source) => [...Object.values(source.entity), ...Object.values(source.attributes)]),
    ),
  )
  const dropped = new Set((query.groupBy ?? []).filter((name) => shown.has(name) && !used.has(name)))
  const identity = query.identity.filter((name) => !dropped.has(name))
  const names = [...new Set([...identity, ...Object.keys(resolved.columns).filter((name) => used.has(name))])]
  const columns = names.flatMap((name) => {
    const { sql, type } = resolved.columns[name] ?? {}
    return sql === undefined || type === undefined ? [] : [{ name, type, sql }]
  })
  const computed = names.flatMap((name) => {
    const { computed: from, type } = resolved.columns[name] ?? {}
    return from === undefined || type === undefined ? [] : [{ name, type }]
  })
  const index = new Map([...columns, ...computed].map(({ name }, at) => [name, at]))
  const at = (name: string): number => {
    const place = index.get(name)
    // The rules of metadata and the check of candidates leave no such name: another column's values would be worse.
    if (place === undefined) throw new Error(`${query.name} has no column ${name}`)
    return place
  }
  const ref = (name: string): ColumnRef => (isImplicit(query, name) ? name : at(name))

  const text = composeText({
    name: query.name,
    columns,
    from: resolved.from,
    where: resolved.where,
    groupBy: query.groupBy?.filter((name) => index.has(name)).map((name) => resolved.columns[name]?.sql ?? name),
    resetSql: resolved.reset?.sql,
    slice: query.slice && { of: query.slice, rows: settings.sliceRows },
    extensions: capabilities.extensions,
  })
  const points = candidates.map(
    ({ metric, source, point }): RowPoint => ({
      info: metric.info,
      entity: metric.entity,
      value: at(point.value),
      parts: parts(query, metric, source, ref),
      attributes: Object.entries(source.attributes).map(([name, column]) => [name, ref(column)] as const),
      constants: point.attributes,
      id: `${metric.info.name}${JSON.stringify(point.attributes)}`,
      ...(point.when === undefined ? {} : { when: at(point.when) }),
      ...(metric.others === undefined ? {} : { others: metric.others }),
      ...(point.unreachable === undefined ? {} : { unreachable: point.unreachable }),
    }),
  )
  return {
    ...text,
    name: query.name,
    intervalMs: settings.intervals[query.name] ?? Math.max(query.intervalMs ?? 0, settings.collectionIntervalMs),
    takesLocks: query.takesLocks,
    inheritsCounters: query.inheritsCounters ?? false,
    columns: columns.map(({ name, type }) => ({ name, type })),
    computed,
    ...topOf(query, index, settings),
    fallsWhenReset: resolved.fallsWhenReset,
    ...extensionSchemaOf(query, capabilities),
    identity: identity.map(at),
    ...(resolved.reset === undefined ? {} : { reset: { column: columns.length, exact: resolved.reset.exact } }),
    ...(query.onDuplicate === undefined ? {} : { onDuplicate: query.onDuplicate }),
    points,
    digest: createHash('sha256')
      .update(JSON.stringify([text, points.map(({ id }) => id)]))
      .digest('base64url')
      .slice(0, 16),
  }
}

function extensionSchemaOf({ requires }: QueryDefinition, { extensions }: Capabilities) {
  const schema = requires?.extension && extensions.get(requires.extension.name)?.schema
  return schema === undefined ? {} : { extensionSchema: schema }
}

function topOf(
  { name, top }: QueryDefinition,
  index: ReadonlyMap<string, number>,
  { queries, limits, metrics }: ComposeSettings,
): { readonly top?: TopRowsQuery } {
  if (top === undefined) return {}
  const places = (columns: readonly string[]) => columns.flatMap((column) => index.get(column) ?? [])
  const counters = metrics
    .filter(({ info }) => info.monotonic)
    .flatMap(({ sources }) => sources.filter(({ query }) => query === name).flatMap(({ points }) => points))
    .map(({ value }) => value)
  const setOf = (query: QueryDefinition) => query.top?.set ?? query.name
  const set = top.set ?? name
  const wanted = queries.filter((query) => setOf(query) === set).flatMap((query) => limits[query.name] ?? [])
  const rows = wanted.length === 0 ? top.rows : Math.max(...wanted)
  const columns = { by: places(top.by), counters: places([...new Set(counters)]), others: places(top.others) }
  return { top: { rows, ...columns, set } }
}

/** The entity's parts. A query that runs in a database needs no column for the database. */
function parts(
  query: QueryDefinition,
  metric: SourcedMetric,
  source: MetricSource,
  ref: (name: string) => ColumnRef,
): [string, ColumnRef][] {
  const mapped = Object.entries(source.entity).map(([part, column]): [string, ColumnRef] => [part, ref(column)])
  const implicit = query.scope === 'database' && metric.entity.parts.includes('database')
  return implicit ? [['database', 'database'], ...mapped] : mapped
}
