import { z } from 'zod'
import type { Event, Metric, MetricPoint, TelemetryMetric } from '../model.ts'
import type { Requirements } from '../query.ts'
import { isUnit } from '../unit.ts'
import type { Unnamed } from './query-grammar.ts'
import type { RequiresGrammar } from './requirements-grammar.ts'

export const stabilities = ['development', 'alpha', 'beta', 'stable', 'deprecated'] as const

const valueType = z.enum(['int', 'double'])

const instrument = {
  stability: z.enum(stabilities).default('development'),
  description: z.string().min(1),
  unit: z.string().refine(isUnit, {
    error: ({ input }) => `expected a unit of UCUM such as s, By or {lock}, found ${JSON.stringify(input)}`,
  }),
  sum: z
    .strictObject({
      value_type: valueType,
      monotonic: z.boolean(),
      aggregation_temporality: z.literal('cumulative').default('cumulative'),
    })
    .exactOptional(),
  gauge: z.strictObject({ value_type: valueType }).exactOptional(),
  attributes: z.array(z.string()).exactOptional(),
}

const warnings = z
  .strictObject({
    if_enabled: z.string().min(1).exactOptional(),
    if_enabled_not_set: z.string().min(1).exactOptional(),
    if_configured: z.string().min(1).exactOptional(),
  })
  .transform((given) => ({
    ...(given.if_enabled === undefined ? {} : { ifEnabled: given.if_enabled }),
    ...(given.if_enabled_not_set === undefined ? {} : { ifEnabledNotSet: given.if_enabled_not_set }),
    ...(given.if_configured === undefined ? {} : { ifConfigured: given.if_configured }),
  }))

const point = z
  .strictObject({
    value: z.string(),
    attributes: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).exactOptional(),
    unreachable: z.number().exactOptional(),
    when: z.string().exactOptional(),
  })
  .transform(({ attributes = {}, ...rest }): MetricPoint => ({ ...rest, attributes }))

/** A source as it stands in the file: what it doesn't say, its query may say. */
export interface WrittenSource {
  readonly query: string
  readonly requires?: Requirements
  readonly entity?: Readonly<Record<string, string>>
  readonly attributes?: Readonly<Record<string, string>>
  readonly points: readonly MetricPoint[]
}

export interface WrittenMetric extends Omit<Metric, 'sources'> {
  readonly sources: readonly WrittenSource[]
}

/** What an old key of `metrics` is called now. */
export const renamedMetricKeys = { fold: 'others' } as const

/** The grammar of an entry of `metrics`. */
export function metricGrammar(requires: RequiresGrammar) {
  const source = z.strictObject({
    query: z.string(),
    requires: requires.exactOptional(),
    entity: z.record(z.string(), z.string()).exactOptional(),
    attributes: z.record(z.string(), z.string()).exactOptional(),
    points: z.array(point).min(1),
  }) satisfies z.ZodType<WrittenSource>

  return z
    .strictObject({
      ...instrument,
      enabled: z.boolean(),
      extended_documentation: z.string().min(1).exactOptional(),
      entity: z.string(),
      others: z.enum(['sum', 'max']).exactOptional(),
      requires: requires.exactOptional(),
      warnings: warnings.exactOptional(),
      source: z.array(source).min(1).exactOptional(),
    })
    .transform(
      ({ sum, gauge, extended_documentation, source: sources, ...rest }, context): Unnamed<WrittenMetric> => ({
        ...rest,
        ...(extended_documentation === undefined ? {} : { extendedDocumentation: extended_documentation }),
        ...kindOf(sum, gauge, context),
        attributes: rest.attributes ?? [],
        sources: sources ?? [],
      }),
    )
}

/** An entry of `telemetry.metrics`; an `async` instrument is read at each collection (mdatagen's word). */
export const telemetryMetric = z
  .strictObject({
    ...instrument,
    sum: instrument.sum.unwrap().extend({ async: z.boolean().exactOptional() }).exactOptional(),
    gauge: instrument.gauge.unwrap().extend({ async: z.boolean().exactOptional() }).exactOptional(),
    enabled: z.boolean(),
  })
  .transform(
    ({ sum, gauge, attributes, ...rest }, context): Unnamed<TelemetryMetric> => ({
      ...rest,
      ...kindOf(sum, gauge, context),
      async: (sum ?? gauge)?.async ?? false,
      attributes: attributes ?? [],
    }),
  )

/** An entry of `events`. */
export const event = z
  .strictObject({
    enabled: z.boolean(),
    stability: z.enum(stabilities).default('development'),
    description: z.string().min(1),
    extended_documentation: z.string().min(1).exactOptional(),
    entity: z.string(),
    attributes: z.array(z.string()).exactOptional(),
    warnings: warnings.exactOptional(),
  })
  .transform(
    ({ extended_documentation, attributes, ...rest }): Unnamed<Event> => ({
      ...rest,
      ...(extended_documentation === undefined ? {} : { extendedDocumentation: extended_documentation }),
      attributes: attributes ?? [],
    }),
  )

type Sum = z.output<typeof instrument.sum>
type Gauge = z.output<typeof instrument.gauge>

function kindOf(
  sum: Sum | undefined,
  gauge: Gauge | undefined,
  context: z.RefinementCtx,
): Pick<Metric, 'kind' | 'monotonic' | 'valueType'> {
  if (sum !== undefined && gauge === undefined) {
    return { kind: 'sum', monotonic: sum.monotonic, valueType: sum.value_type }
  }
  if (gauge !== undefined && sum === undefined) return { kind: 'gauge', monotonic: false, valueType: gauge.value_type }
  const found = sum === undefined ? 'neither' : 'both'
  context.addIssue({ code: 'custom', message: `expected exactly one of sum and gauge, found ${found}` })
  return z.NEVER
}
