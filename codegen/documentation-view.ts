import type { Entity, Event, Metadata, Metric, TelemetryMetric, Warnings } from '../src/metadata/model.ts'
import { entityInfos, sourcedMetrics } from '../src/metadata/tables.ts'
import { type ConfigKeyView, configKeyViews } from './config-documentation.ts'
import { cell } from './literal.ts'
import { intervalOf, type QueryView, queryView } from './query-documentation.ts'
import { requirementText, sourceRequirements } from './requirement-text.ts'

/** What documentation.md.hbs is rendered from; everything is text for people, `''` where there is nothing. */
export interface DocumentationView {
  readonly title: string
  readonly description: string
  readonly config: readonly ConfigKeyView[]
  readonly metrics: readonly MetricView[]
  readonly events: readonly EventView[]
  readonly entities: readonly EntityView[]
  readonly resourceAttributes: readonly {
    readonly name: string
    readonly description: string
    readonly default: string
  }[]
  readonly queries: readonly QueryView[]
  readonly telemetry: readonly MetricHead[]
}

interface MetricHead {
  readonly name: string
  readonly description: string
  readonly unit: string
  readonly kind: string
  readonly attributes: readonly AttributeView[]
}

interface MetricView extends MetricHead {
  /** As GitHub makes it of the heading. */
  readonly anchor: string
  readonly default: string
  readonly stability: string
  readonly extended: string
  readonly warnings: readonly string[]
  readonly entity: string
  readonly entityAttributes: string
  readonly requires: string
  readonly sources: readonly SourceView[]
}

interface EventView {
  readonly name: string
  /** As GitHub makes it of the heading. */
  readonly anchor: string
  readonly description: string
  readonly default: string
  readonly stability: string
  readonly extended: string
  readonly warnings: readonly string[]
  readonly entity: string
  readonly attributes: readonly AttributeView[]
}

interface AttributeView {
  readonly name: string
  readonly description: string
  readonly values: string
}

interface SourceView {
  readonly query: string
  readonly interval: string
  readonly requires: string
  readonly points: readonly { readonly point: string; readonly text: string }[]
}

interface EntityView {
  readonly type: string
  readonly brief: string
  readonly attributes: readonly { readonly name: string; readonly value: string; readonly vocabulary: string }[]
}

export function documentationView(metadata: Metadata): DocumentationView {
  return {
    title: metadata.displayName,
    description: metadata.description,
    config: configKeyViews(metadata),
    metrics: metadata.metrics.map((metric) => metricView(metadata, metric)),
    events: metadata.events.map((event) => eventView(metadata, event)),
    entities: metadata.entities.map((entity) => entityView(metadata, entity)),
    resourceAttributes: metadata.resourceAttributes.map(({ name, description, enabled }) => ({
      name,
      description: cell(description),
      default: onOff(enabled),
    })),
    queries: metadata.queries.map(queryView),
    telemetry: metadata.telemetry.metrics.map((metric) => headOf(metadata, metric)),
  }
}

function metricView(metadata: Metadata, metric: Metric): MetricView {
  const { sources = [] } = sourcedMetrics(metadata).find(({ info }) => info.name === metric.name) ?? {}
  const attributes = entityInfos(metadata).get(metric.entity)?.attributes ?? []
  return {
    ...headOf(metadata, metric),
    anchor: anchorOf(metric.name),
    default: onOff(metric.enabled),
    stability: metric.stability,
    extended: metric.extendedDocumentation ?? '',
    warnings: warningsOf(metric),
    entity: metric.entity,
    entityAttributes: attributes.map(({ name, vocabulary }) => `\`${name}\`${inWords(vocabulary)}`).join(', '),
    requires: requirementText(metric.requires),
    sources: sources.flatMap((source) => {
      const query = metadata.queries.find(({ name }) => name === source.query)
      if (query === undefined) return []
      const { all, points } = sourceRequirements(query, source)
      return [{ query: query.name, interval: intervalOf(query), requires: all, points }]
    }),
  }
}

function eventView(metadata: Metadata, event: Event): EventView {
  return {
    name: event.name,
    anchor: anchorOf(event.name),
    description: cell(event.description),
    default: onOff(event.enabled),
    stability: event.stability ?? '',
    extended: event.extendedDocumentation ?? '',
    warnings: warningsOf(event),
    entity: event.entity,
    attributes: attributesOf(metadata, event),
  }
}

function headOf(metadata: Metadata, metric: Metric | TelemetryMetric): MetricHead {
  return {
    name: metric.name,
    description: cell(metric.description),
    unit: metric.unit,
    kind: `${kindOf(metric)}, ${metric.valueType}`,
    attributes: attributesOf(metadata, metric),
  }
}

function attributesOf({ attributes }: Metadata, owner: { readonly attributes: readonly string[] }): AttributeView[] {
  return owner.attributes.flatMap((name) => {
    const attribute = attributes.find((other) => other.name === name)
    if (attribute === undefined) return []
    const values = attribute.enum.length > 0 ? attribute.enum.map((value) => `\`${value}\``).join(', ') : attribute.type
    return [{ name: attribute.emittedName, description: cell(attribute.description), values }]
  })
}

function warningsOf({ warnings }: { readonly warnings?: Warnings }): string[] {
  const { ifEnabled = '', ifEnabledNotSet = '', ifConfigured = '' } = warnings ?? {}
  return [ifEnabled, ifEnabledNotSet, ifConfigured].filter((text) => text !== '')
}

function kindOf({ kind, monotonic }: Metric | TelemetryMetric): string {
  if (kind === 'gauge') return 'gauge'
  return monotonic ? 'counter' : 'up-down counter'
}

function entityView(metadata: Metadata, { type, brief, identity }: Entity): EntityView {
  const attributes = entityInfos(metadata).get(type)?.attributes ?? []
  const ofResource = identity.filter(({ value }) => value === undefined)
  return {
    type,
    brief: cell(brief),
    attributes: [
      ...attributes.map(({ name, value, vocabulary }) => ({ name, value: `\`${cell(value)}\``, vocabulary })),
      ...ofResource.map(({ ref }) => ({ name: ref, value: 'of the resource', vocabulary: 'both' })),
    ],
  }
}

function anchorOf(name: string): string {
  return name.replaceAll('.', '')
}

function inWords(vocabulary: 'both' | 'semconv' | 'legacy'): string {
  return vocabulary === 'both' ? '' : ` (${vocabulary})`
}

function onOff(enabled: boolean): string {
  return enabled ? 'on' : 'off'
}
