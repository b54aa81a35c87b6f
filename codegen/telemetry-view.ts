import { camelCase } from '../src/metadata/identifier.ts'
import type { Metadata, TelemetryMetric } from '../src/metadata/model.ts'
import { comment, literal } from './literal.ts'
import { type TypedName, typedAttributes } from './metrics-view.ts'

/** What telemetry.ts.hbs is rendered from. */
export interface TelemetryView {
  readonly instruments: readonly {
    readonly identifier: string
    readonly name: string
    readonly description: string
    readonly create: string
    readonly options: string
    readonly attributes: readonly TypedName[]
  }[]
}

export function telemetryView(metadata: Metadata): TelemetryView {
  return {
    instruments: metadata.telemetry.metrics
      .filter(({ enabled }) => enabled)
      .map((metric) => ({
        identifier: camelCase(metric.name),
        name: literal(metric.name),
        description: comment(metric.description),
        create: creatorOf(metric),
        options: `{ description: ${literal(metric.description)}, unit: ${literal(metric.unit)}, valueType: ValueType.${metric.valueType.toUpperCase()} }`,
        attributes: typedAttributes(metadata, metric),
      })),
  }
}

function creatorOf({ kind, monotonic, async }: TelemetryMetric): string {
  const instrument = kind === 'gauge' ? 'Gauge' : monotonic ? 'Counter' : 'UpDownCounter'
  return `create${async ? 'Observable' : ''}${instrument}`
}
