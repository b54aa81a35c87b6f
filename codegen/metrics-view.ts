import { pascalCase } from '../src/metadata/identifier.ts'
import type { Attribute, Event, Metadata, Metric, TelemetryMetric } from '../src/metadata/model.ts'
import { entityInfos, metricInfos } from '../src/metadata/tables.ts'
import { comment, literal } from './literal.ts'

/** What metrics.ts.hbs is rendered from. */
export interface MetricsView {
  readonly scopeName: string
  readonly metrics: readonly { readonly name: string; readonly row: string }[]
  readonly entities: readonly { readonly type: string; readonly row: string }[]
  /** Whether a method takes a reset token. */
  readonly takesTokens: boolean
  /** Of the metrics that code records. */
  readonly methods: readonly {
    readonly identifier: string
    readonly metric: string
    readonly entity: string
    readonly description: string
    readonly unit: string
    readonly monotonic: boolean
    readonly values: readonly TypedName[]
  }[]
}

/** A property of the object that a record method takes. */
export interface TypedName {
  readonly name: string
  readonly type: string
}

export function metricsView(metadata: Metadata): MetricsView {
  const entities = entityInfos(metadata)
  // What SQL feeds goes through the tables.
  const recorded = metadata.metrics.filter(({ sources }) => sources.length === 0)
  return {
    scopeName: literal(metadata.scopeName),
    metrics: [...metricInfos(metadata)].map(([name, info]) => ({ name: literal(name), row: literal(info) })),
    entities: [...entities].map(([type, info]) => ({ type: literal(type), row: literal(info) })),
    takesTokens: recorded.some(({ monotonic }) => monotonic),
    methods: recorded.map((metric) => ({
      identifier: `record${pascalCase(metric.name)}`,
      metric: literal(metric.name),
      entity: literal(metric.entity),
      description: comment(metric.description),
      unit: metric.unit,
      monotonic: metric.monotonic,
      values: [
        ...(entities.get(metric.entity)?.parts ?? []).map((part) => ({ name: literal(part), type: 'string | null' })),
        ...typedAttributes(metadata, metric).map(({ name, type }) => ({ name, type: `${type} | null` })),
      ],
    })),
  }
}

/** The attributes of a metric or an event under the names that are sent. */
export function typedAttributes(
  { attributes }: Metadata,
  owner: Pick<Metric | TelemetryMetric | Event, 'attributes'>,
): TypedName[] {
  return owner.attributes.flatMap((name) => {
    const attribute = attributes.find((other) => other.name === name)
    return attribute === undefined ? [] : [{ name: literal(attribute.emittedName), type: typeOf(attribute) }]
  })
}

function typeOf(attribute: Attribute): string {
  if (attribute.enum.length > 0) return attribute.enum.map(literal).join(' | ')
  return valueTypes[attribute.type]
}

/** What holds a value of each type of attribute. */
export const valueTypes = { string: 'string', int: 'number', double: 'number', bool: 'boolean' } as const
