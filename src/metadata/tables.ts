import type { EntityInfo } from '../pdata/entity.ts'
import type { EventInfo } from '../pdata/event.ts'
import type { MetricInfo } from '../pdata/metric.ts'
import type { Attribute, Entity, Event, Metadata, Metric, MetricSource } from './model.ts'
import type { SourcedMetric } from './sourced-metric.ts'

/** The rows that codegen writes into the table of metrics, by name. */
export function metricInfos(metadata: Metadata): Map<string, MetricInfo> {
  const entities = new Map(metadata.entities.map((entity) => [entity.type, entity]))
  return new Map(metadata.metrics.map((metric) => [metric.name, metricInfo(metric, entities.get(metric.entity))]))
}

/** The rows that codegen writes into the table of events, by name; attributes have the names that are sent. */
export function eventInfos(metadata: Metadata): Map<string, EventInfo> {
  const attributes = new Map(metadata.attributes.map((attribute) => [attribute.name, attribute]))
  return new Map(metadata.events.map((event) => [event.name, eventInfo(event, attributes)]))
}

/** The rows that codegen writes into the table of entities, by type. */
export function entityInfos(metadata: Metadata): Map<string, EntityInfo> {
  const emitted = emittedNames(metadata.attributes)
  return new Map(metadata.entities.map((entity) => [entity.type, entityInfo(entity, emitted)]))
}

/** The metrics that SQL feeds, as codegen writes them; attributes have the names that are sent. */
export function sourcedMetrics(metadata: Metadata): SourcedMetric[] {
  const infos = metricInfos(metadata)
  const entities = entityInfos(metadata)
  const emitted = emittedNames(metadata.attributes)
  return metadata.metrics.flatMap(({ name, entity: type, others, requires, sources }) => {
    const info = infos.get(name)
    const entity = entities.get(type)
    if (info === undefined || entity === undefined || sources.length === 0) return []
    return [
      {
        info,
        entity,
        ...(others === undefined ? {} : { others }),
        ...(requires === undefined ? {} : { requires }),
        sources: sources.map((source) => withEmittedNames(source, emitted)),
      },
    ]
  })
}

function metricInfo(metric: Metric, entity: Entity | undefined): MetricInfo {
  const { name, description, unit, kind, monotonic, valueType } = metric
  return { name, description, unit, kind, monotonic, valueType, zeros: entity?.zeros ?? 'send' }
}

/** An attribute whose enum has one value needs nobody to say it. */
function eventInfo({ name, attributes: names }: Event, defined: ReadonlyMap<string, Attribute>): EventInfo {
  const attributes = names.flatMap((ref) => defined.get(ref) ?? [])
  const constants = attributes.flatMap(({ emittedName, enum: [value, ...others] }) =>
    value === undefined || others.length > 0 ? [] : [[emittedName, value] as const],
  )
  return {
    name,
    attributes: attributes.map(({ emittedName }) => emittedName),
    doubles: attributes.filter(({ type }) => type === 'double').map(({ emittedName }) => emittedName),
    constants: Object.fromEntries(constants),
  }
}

/** A value that the resource carries is left out here. */
function entityInfo({ type, parts, identity }: Entity, emitted: ReadonlyMap<string, string>): EntityInfo {
  const attributes = identity.flatMap(({ ref, value, vocabulary }) =>
    value === undefined ? [] : [{ name: emitted.get(ref) ?? ref, value, vocabulary }],
  )
  return { type, parts, attributes }
}

function emittedNames(attributes: readonly Attribute[]): Map<string, string> {
  return new Map(attributes.map(({ name, emittedName }) => [name, emittedName]))
}

function withEmittedNames(source: MetricSource, emitted: ReadonlyMap<string, string>): MetricSource {
  const rename = <Value>(named: Readonly<Record<string, Value>>): Record<string, Value> =>
    Object.fromEntries(Object.entries(named).map(([name, value]) => [emitted.get(name) ?? name, value]))
  return {
    ...source,
    attributes: rename(source.attributes),
    points: source.points.map((point) => ({ ...point, attributes: rename(point.attributes) })),
  }
}
