import { createHash } from 'node:crypto'
import type { MetricPoint, MetricSource } from '../../metadata/model.ts'
import type {
  ColumnDefinition,
  ColumnType,
  QueryDefinition,
  QueryVariant,
  ResetDefinition,
} from '../../metadata/query.ts'
import type { SourcedMetric } from '../../metadata/sourced-metric.ts'
import type { Attributes } from '../../pdata/attributes.ts'
import type { EntityInfo } from '../../pdata/entity.ts'
import type { MetricInfo } from '../../pdata/metric.ts'
import type { Capabilities } from './capabilities.ts'
import { type ComposedText, composeText } from './compose-text.ts'
import { type Unmet, unmet } from './requirements.ts'
import { deniedExpression, permitted } from './server/denied-parts.ts'

/** A column's place in the rows, or what a query that runs in a database knows without asking. */
export type ColumnRef = number | 'database' | 'database_oid'

/** One data point of every row. */
export interface PlannedPoint {
  readonly info: MetricInfo
  readonly entity: EntityInfo
  readonly value: number
  readonly parts: readonly (readonly [part: string, column: ColumnRef])[]
  readonly attributes: readonly (readonly [name: string, column: ColumnRef])[]
  readonly constants: Attributes
  /** Tells the point from the row's others in a series' key. */
  readonly id: string
  /** A column: the value is shown only where it is true. */
  readonly when?: number
  /** How values of rows that share a series become one. */
  readonly fold?: 'sum' | 'max'
  /** What to record while the server can't be asked. */
  readonly unreachable?: number
}

export interface PlannedColumn {
  readonly name: string
  readonly type: ColumnType
}

/** Which rows keep series of their own. Columns are places in the rows. */
export interface PlannedFold {
  readonly rows: number
  readonly by: readonly number[]
  /** Columns that only grow. */
  readonly counters: readonly number[]
  readonly others: readonly number[]
  /** Queries of one set keep the same rows. */
  readonly set: string
}

/** One statement, composed of just what the enabled metrics need and this server can say. */
export interface PlannedQuery extends ComposedText {
  readonly name: string
  readonly intervalMs: number
  readonly takesLocks: boolean
  /** Whether a new row's counters may be older than the row. */
  readonly inheritsCounters: boolean
  readonly columns: readonly PlannedColumn[]
  /** What code adds to each row, after the columns. */
  readonly computed: readonly PlannedColumn[]
  readonly fold?: PlannedFold
  readonly fallsWhenReset: boolean
  readonly identity: readonly number[]
  readonly reset?: { readonly column: number; readonly exact: boolean }
  readonly onDuplicate?: 'sum' | 'max'
  readonly points: readonly PlannedPoint[]
  /** Of the extension that it reads, quoted. */
  readonly extensionSchema?: string
  /** Digest of all that decides which rows and points a complete result holds. */
  readonly digest: string
}

/** Why a metric or an event, or a part of it, isn't collected. */
export interface Omission extends Unmet {
  /** Its name, or what else is left out. */
  readonly metric: string
  readonly query: string
}

export interface Plan {
  readonly queries: readonly PlannedQuery[]
  readonly omissions: readonly Omission[]
}

export interface PlanSettings {
  readonly queries: readonly QueryDefinition[]
  readonly metrics: readonly SourcedMetric[]
  readonly enabled: ReadonlySet<string>
  /** Query -> milliseconds; what isn't named runs at `collectionIntervalMs`. */
  readonly intervals: Readonly<Record<string, number | undefined>>
  /** Query -> columns that code reads for an event, whatever metrics are enabled. */
  readonly extra?: Readonly<Record<string, { readonly event: string; readonly columns: readonly string[] }>>
  /** Query -> rows that keep series of their own; replaces the metadata's number for all queries of its set. */
  readonly limits: Readonly<Record<string, number | undefined>>
  readonly collectionIntervalMs: number
  /** Rows of one slice of a big result. */
  readonly sliceRows: number
}

/**
 * Composes the statements for one database: enabled metrics -> needed columns -> SELECT. What the server's version,
 * role, extensions or grants don't allow is left out alone, with the reason.
 */
export function composePlan(settings: PlanSettings, scope: 'server' | 'database', capabilities: Capabilities): Plan {
  const omissions: Omission[] = []
  const queries = settings.queries
    .filter((query) => query.scope === scope)
    .flatMap((query) => planQuery(query, settings, capabilities, omissions) ?? [])
  return { queries, omissions }
}

/** A query with the variant that fits this server. */
interface Resolved {
  readonly from: string | undefined
  readonly where: string | undefined
  readonly reset: ResetDefinition | undefined
  readonly fallsWhenReset: boolean
  readonly columns: Readonly<Record<string, ColumnDefinition>>
}

interface Candidate {
  readonly metric: SourcedMetric
  readonly source: MetricSource
  readonly point: MetricPoint
}

function planQuery(
  query: QueryDefinition,
  settings: PlanSettings,
  capabilities: Capabilities,
  omissions: Omission[],
): PlannedQuery | undefined {
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

/** The columns that a candidate's points are made of; those that computed ones are made of too. */
function columnsOf({ source, point }: Candidate, { columns }: Resolved): readonly string[] {
  const named = [point.value, ...(point.when === undefined ? [] : [point.when])]
  const all = [...named, ...Object.values(source.entity), ...Object.values(source.attributes)]
  return all.flatMap((name) => [name, ...(columns[name]?.computed ?? [])])
}

/** Whether this server has the column; `extension` names the extension whose columns are meant. */
function isThere(name: string, resolved: Resolved, capabilities: Capabilities, extension?: string): boolean {
  const column = resolved.columns[name]
  return column !== undefined && unmetColumn(column, resolved, capabilities, extension) === undefined
}

function unmetColumn(column: ColumnDefinition, resolved: Resolved, capabilities: Capabilities, extension?: string) {
  const because = unmet(column.requires, capabilities, extension)
  return because ?? (column.sql === undefined ? undefined : deniedExpression(column.sql, resolved, capabilities))
}

function resolveVariant(query: QueryDefinition, capabilities: Capabilities): Resolved | Unmet {
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

function unmetCandidate(
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
    // Columns of another variant: this server says it elsewhere or not at all.
    if (column === undefined) return { ordinary: true, reason: `${query.name}.${name} isn't known to this server` }
    const lacking = unmetColumn(column, resolved, capabilities, extension)
    if (lacking !== undefined) return lacking
  }
  return undefined
}

function isImplicit(query: QueryDefinition, name: string): name is 'database' | 'database_oid' {
  return query.scope === 'database' && (name === 'database' || name === 'database_oid') && !(name in query.columns)
}

function assemble(
  query: QueryDefinition,
  resolved: Resolved,
  candidates: readonly Candidate[],
  settings: PlanSettings,
  capabilities: Capabilities,
): PlannedQuery {
  const extension = query.requires?.extension?.name
  const asked = new Set(candidates.flatMap((candidate) => columnsOf(candidate, resolved)))
  // Ranked by what is asked for anyway; by all of it where that is nothing.
  const ranking = query.fold?.by.some((name) => asked.has(name)) === true ? [] : (query.fold?.by ?? [])
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
  const at = (name: string): number => index.get(name) ?? 0
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
    ({ metric, source, point }): PlannedPoint => ({
      info: metric.info,
      entity: metric.entity,
      value: at(point.value),
      parts: parts(query, metric, source, ref),
      attributes: Object.entries(source.attributes).map(([name, column]) => [name, ref(column)] as const),
      constants: point.attributes,
      id: `${metric.info.name}${JSON.stringify(point.attributes)}`,
      ...(point.when === undefined ? {} : { when: at(point.when) }),
      ...(metric.fold === undefined ? {} : { fold: metric.fold }),
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
    ...foldOf(query, index, settings),
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

function foldOf(
  { name, fold }: QueryDefinition,
  index: ReadonlyMap<string, number>,
  { queries, limits, metrics }: PlanSettings,
): { readonly fold?: PlannedFold } {
  if (fold === undefined) return {}
  const places = (columns: readonly string[]) => columns.flatMap((column) => index.get(column) ?? [])
  const counters = metrics
    .filter(({ info }) => info.monotonic)
    .flatMap(({ sources }) => sources.filter(({ query }) => query === name).flatMap(({ points }) => points))
    .map(({ value }) => value)
  const setOf = (query: QueryDefinition) => query.fold?.set ?? query.name
  const set = fold.set ?? name
  const wanted = queries.filter((query) => setOf(query) === set).flatMap((query) => limits[query.name] ?? [])
  const rows = wanted.length === 0 ? fold.rows : Math.max(...wanted)
  const columns = { by: places(fold.by), counters: places([...new Set(counters)]), others: places(fold.others) }
  return { fold: { rows, ...columns, set } }
}

/** The entity's parts; a query that runs in a database knows the database itself. */
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
