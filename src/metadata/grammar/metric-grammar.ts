import { z } from 'zod'
import type { Event, Metric, MetricPoint } from '../model.ts'
import type { Requirements } from '../query.ts'
import { instrument, kindOf } from './instrument-grammar.ts'
import { key, unrendered } from './key.ts'
import { warningsShape } from './mdatagen-grammar.ts'
import type { Unnamed } from './query-grammar.ts'
import type { RequiresGrammar } from './requirements-grammar.ts'

const extendedDocumentation = key(
  z.string().min(1).exactOptional(),
  'more: for documentation',
  'With its indexes and its TOAST table.',
)

const warnings = key(
  warningsShape
    .transform((given) => ({
      ...(given.if_enabled === undefined ? {} : { ifEnabled: given.if_enabled }),
      ...(given.if_enabled_not_set === undefined ? {} : { ifEnabledNotSet: given.if_enabled_not_set }),
      ...(given.if_configured === undefined ? {} : { ifConfigured: given.if_configured }),
    }))
    .exactOptional(),
  'said at start-up',
  '{if_enabled: It costs.}',
)

const entity = key(
  z.string().exactOptional(),
  'what it is about: one of `entities`, where the file has any',
  'postgresql.table',
)

const point = z
  .strictObject({
    value: key(z.string(), 'a column. NULL records nothing: not measured is not zero', 'size'),
    attributes: key(
      z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).exactOptional(),
      'constants by attribute',
      '{kind: heap}',
    ),
    unreachable: key(z.number().exactOptional(), 'what to record while the server can not be asked', '0'),
    when: key(z.string().exactOptional(), 'a column of type bool: where it is true the point is shown', 'busy'),
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
  const requirement = key(requires.exactOptional(), 'what must hold', 'read_all_stats', { see: 'Requirements' })
  const source = z.strictObject({
    query: key(z.string(), 'one of `queries`', 'table'),
    requires: requirement,
    entity: key(
      z.record(z.string(), z.string()).exactOptional(),
      'columns by part of the entity; what is left out the query may say',
      '{schema: schema, relation: relation}',
    ),
    attributes: key(
      z.record(z.string(), z.string()).exactOptional(),
      'columns by attribute; what is left out the query may say',
      '{kind: kind}',
    ),
    points: key(z.array(point).min(1), 'one data point a row and entry', '[{value: size, attributes: {kind: heap}}]'),
  }) satisfies z.ZodType<WrittenSource>

  return z
    .strictObject({
      ...instrument,
      extended_documentation: extendedDocumentation,
      entity,
      others: key(
        z.enum(['sum', 'max']).exactOptional(),
        "how the values of the rows that aren't top rows become one; without it they aren't shown. For gauges and up-down sums: increases are always added",
        'sum',
      ),
      requires: requirement,
      warnings,
      migration: unrendered(
        z.strictObject({
          to: key(z.string(), 'the metric that comes in its place', 'sample.size'),
          through_gates: key(
            z.strictObject({
              disable_old: key(z.string(), 'the gate that turns the old one off', 'receiver.sample.noOldNames'),
              enable_new: key(z.string(), 'the gate that turns the new one on', 'receiver.sample.newNames'),
            }),
            'the feature gates of the change',
            '{disable_old: a, enable_new: b}',
          ),
        }),
        'the metric that comes in its place through feature gates',
        '{to: sample.size, through_gates: {disable_old: a, enable_new: b}}',
        'a migration is not generated: there are no feature gates; expected the one metric or the other',
      ),
      source: key(
        z.array(source).min(1).exactOptional(),
        'the queries that feed it; without it code records it, by a generated method',
        '[{query: table, points: [{value: size}]}]',
      ),
    })
    .transform(
      (
        { extended_documentation, source: sources, enabled, description, unit, stability, ...rest },
        context,
      ): Unnamed<WrittenMetric> => ({
        ...{ enabled, description, unit, stability, entity: rest.entity ?? '' },
        ...(rest.others === undefined ? {} : { others: rest.others }),
        ...(rest.requires === undefined ? {} : { requires: rest.requires }),
        ...(rest.warnings === undefined ? {} : { warnings: rest.warnings }),
        ...(extended_documentation === undefined ? {} : { extendedDocumentation: extended_documentation }),
        ...kindOf(rest, context),
        attributes: rest.attributes ?? [],
        sources: sources ?? [],
      }),
    )
}

/** An entry of `events`. */
export const event = z
  .strictObject({
    enabled: instrument.enabled,
    stability: instrument.stability,
    description: key(z.string().min(1), 'what happened: for documentation', 'A checkpoint ended.'),
    extended_documentation: extendedDocumentation,
    entity,
    attributes: key(z.array(z.string()).exactOptional(), 'what a record says', '[db.system.name]'),
    warnings,
  })
  .transform(
    ({ extended_documentation, attributes, entity: of = '', ...rest }): Unnamed<Event> => ({
      ...rest,
      entity: of,
      ...(extended_documentation === undefined ? {} : { extendedDocumentation: extended_documentation }),
      attributes: attributes ?? [],
    }),
  )
