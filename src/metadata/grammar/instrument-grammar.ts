import { z } from 'zod'
import type { Metric, TelemetryMetric } from '../model.ts'
import { isUnit } from '../unit.ts'
import { inert, key, unrendered } from './key.ts'
import { metricKeys, warningsShape } from './mdatagen-grammar.ts'
import type { Unnamed } from './query-grammar.ts'

export const stabilities = ['development', 'alpha', 'beta', 'stable', 'deprecated'] as const

const valueType = key(z.enum(['int', 'double']), 'the type of its values', 'int')

/** Of each kind of instrument. */
const kindKeys = {
  input_type: inert(z.literal('string'), 'what mdatagen also generates a method of, which parses the value', 'string'),
  async: inert(z.boolean(), 'whether it is read at each collection', 'true'),
}

const temporality = key(
  z.literal('cumulative').default('cumulative'),
  'what the values are, said or not: a counter is sent as the configuration says',
  'cumulative',
)

const histogram = z.strictObject({
  value_type: valueType,
  aggregation_temporality: key(z.enum(['cumulative', 'delta']).exactOptional(), 'what its counts are', 'delta'),
  monotonic: key(z.boolean().exactOptional(), 'nothing for a histogram', 'true'),
  ...kindKeys,
  bucket_boundaries: key(z.array(z.number()).exactOptional(), 'the upper ends of its buckets', '[1, 10]'),
})

/** Keys of a metric and of an instrument. */
export const instrument = {
  enabled: key(z.boolean(), 'whether it is on unless the configuration says otherwise', 'true'),
  stability: key(z.enum(stabilities).default('development'), '`development` where it is left out', 'stable'),
  description: key(z.string().min(1), 'what it measures: for documentation, it is not sent', 'The size of the table.'),
  unit: key(
    z.string().refine(isUnit, {
      error: ({ input }) => `expected a unit of UCUM such as s, By or {lock}, found ${JSON.stringify(input)}`,
    }),
    'a unit of UCUM',
    'By',
  ),
  sum: key(
    z
      .strictObject({
        value_type: valueType,
        monotonic: key(z.boolean(), 'whether it never falls but when it is zeroed', 'true'),
        aggregation_temporality: temporality,
        ...kindKeys,
      })
      .exactOptional(),
    'one of the kinds: values that can be added up',
    '{value_type: int, monotonic: true}',
  ),
  gauge: key(
    z.strictObject({ value_type: valueType, ...kindKeys }).exactOptional(),
    'one of the kinds: the value of now',
    '{value_type: double}',
  ),
  histogram: unrendered(
    histogram,
    'one of the kinds: how often values fell into buckets',
    '{value_type: double, bucket_boundaries: [1, 10]}',
    'histograms are not generated yet: expected sum or gauge',
  ),
  attributes: key(z.array(z.string()).exactOptional(), 'what tells its points apart', '[kind]'),
  ...metricKeys,
  prefix: unrendered(
    z.string(),
    'what mdatagen puts before the name',
    'sample_',
    'a prefix is not generated: names are sent as they are written; write it into the name',
  ),
}

/** mdatagen's older form of an instrument's stability says since when, too. */
const instrumentStability = key(
  z
    .union([
      z.enum(stabilities),
      z
        .strictObject({
          level: key(z.enum(stabilities), 'the level', 'alpha'),
          from: inert(z.string(), 'since which version', 'v0.96.0'),
        })
        .transform(({ level }) => level),
    ])
    .default('development'),
  '`development` where it is left out',
  'stable',
)

const async = key(z.boolean().exactOptional(), 'whether it is read at each collection', 'true')

/** An entry of `telemetry.metrics`; an `async` instrument is read at each collection (mdatagen's word). */
export const telemetryMetric = z
  .strictObject({
    ...instrument,
    stability: instrumentStability,
    sum: key(
      instrument.sum.unwrap().extend({ async }).exactOptional(),
      'one of the kinds: values that can be added up',
      '{value_type: int, monotonic: true, async: true}',
    ),
    gauge: key(
      instrument.gauge.unwrap().extend({ async }).exactOptional(),
      'one of the kinds: the value of now',
      '{value_type: double, async: true}',
    ),
    extended_documentation: inert(z.string().min(1), 'more', 'Also those that failed.'),
    warnings: inert(warningsShape, 'what mdatagen says at start-up', '{if_enabled: It costs.}'),
    entity: inert(z.string(), 'what it is about', 'service'),
  })
  .transform(
    ({ attributes, enabled, description, unit, stability, ...kinds }, context): Unnamed<TelemetryMetric> => ({
      ...{ enabled, description, unit, stability },
      ...kindOf(kinds, context),
      async: (kinds.sum ?? kinds.gauge)?.async ?? false,
      attributes: attributes ?? [],
    }),
  )

interface Kinds {
  readonly sum?: { readonly value_type: Metric['valueType']; readonly monotonic: boolean }
  readonly gauge?: { readonly value_type: Metric['valueType'] }
  readonly histogram?: { readonly value_type: Metric['valueType'] }
}

/** A histogram stands as a gauge in the model: what is made of the model refuses it. */
export function kindOf(
  { sum, gauge, histogram: buckets }: Kinds,
  context: z.RefinementCtx,
): Pick<Metric, 'kind' | 'monotonic' | 'valueType'> {
  const [only, ...others] = [sum, gauge, buckets].filter((kind) => kind !== undefined)
  if (only === undefined || others.length > 0) {
    const found = only === undefined ? 'none' : String(others.length + 1)
    context.addIssue({ code: 'custom', message: `expected exactly one of sum, gauge and histogram, found ${found}` })
    return z.NEVER
  }
  return sum === undefined
    ? { kind: 'gauge', monotonic: false, valueType: only.value_type }
    : { kind: 'sum', monotonic: sum.monotonic, valueType: sum.value_type }
}
