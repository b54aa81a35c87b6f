import { z } from 'zod'
import type { Entity, EntityAttribute, ResourceAttribute } from '../model.ts'
import { configName } from './config-grammar.ts'
import { stabilities } from './metric-grammar.ts'
import type { Unnamed } from './query-grammar.ts'

const text = z.string().min(1)
const attributeType = z.enum(['string', 'int', 'double', 'bool'])
const signals = z.array(z.enum(['metrics', 'logs', 'traces'])).min(1)
const classes = [
  'cmd',
  'connector',
  'converter',
  'exporter',
  'extension',
  'pkg',
  'processor',
  'provider',
  'receiver',
  'scraper',
] as const

/** The names of the sections' entries, whatever the entries say: they are read one by one. */
const entries = z.record(z.string(), z.unknown()).exactOptional()

/** What a file and its parts have. */
const contents = {
  include: z.array(text).min(1).exactOptional(),
  config: z.record(configName, z.unknown()).exactOptional(),
  resource_attributes: entries,
  attributes: entries,
  entities: z.array(z.unknown()).exactOptional(),
  requirements: entries,
  queries: entries,
  metrics: entries,
  events: entries,
  telemetry: z.strictObject({ metrics: entries }).exactOptional(),
}

/** A file that another includes, but for the entries of its sections. */
export const part = z.strictObject(contents)

/** A metadata file but for the entries of its sections. */
export const file = z.strictObject({
  type: z.string().regex(/^[a-z][a-z0-9_]*$/, { error: 'expected small letters, digits and underscores' }),
  display_name: text,
  description: text,
  scope_name: text,
  status: z.strictObject({
    class: z.enum(classes),
    stability: z.strictObject({
      development: signals.exactOptional(),
      alpha: signals.exactOptional(),
      beta: signals.exactOptional(),
      stable: signals.exactOptional(),
      deprecated: signals.exactOptional(),
    }),
    distributions: z.array(text).exactOptional(),
    codeowners: z
      .strictObject({
        active: z.array(text).exactOptional(),
        emeritus: z.array(text).exactOptional(),
        seeking_new: z.boolean().exactOptional(),
      })
      .exactOptional(),
    warnings: z.array(text).exactOptional(),
    unsupported_platforms: z.array(text).exactOptional(),
  }),
  sem_conv_version: text.exactOptional(),
  ...contents,
})

/** An entry of `resource_attributes`. */
export const resourceAttribute = z.strictObject({
  description: text,
  type: attributeType,
  enabled: z.boolean(),
  stability: z.enum(stabilities).exactOptional(),
}) satisfies z.ZodType<Unnamed<ResourceAttribute>>

/** An entry of `attributes`. */
export const attribute = z
  .strictObject({
    description: text,
    type: attributeType,
    name_override: text.exactOptional(),
    enum: z.array(text).min(1).exactOptional(),
    requirement_level: z.enum(['required', 'conditionally_required', 'recommended', 'opt_in']).exactOptional(),
    semantic_convention: z.strictObject({ ref: text }).exactOptional(),
  })
  .transform(({ description, type, name_override, requirement_level, enum: values }) => ({
    description,
    type,
    ...(name_override === undefined ? {} : { emittedName: name_override }),
    enum: values ?? [],
    requirementLevel: requirement_level ?? ('recommended' as const),
  }))

/** An entry of `entities`. */
export const entity = z
  .strictObject({
    type: text,
    brief: text,
    stability: z.enum(stabilities).exactOptional(),
    zeros: z.enum(['send', 'skip']).exactOptional(),
    identity: z
      .array(
        z.strictObject({
          ref: z.string(),
          value: text.exactOptional(),
          vocabulary: z.enum(['semconv', 'legacy']).exactOptional(),
        }),
      )
      .min(1),
    description: z.array(z.strictObject({ ref: z.string() })).exactOptional(),
    relationships: z.array(z.strictObject({ type: text, target: z.string() })).exactOptional(),
  })
  .transform(
    ({ type, brief, zeros, identity, description, relationships }): Entity => ({
      type,
      brief,
      zeros: zeros ?? 'send',
      identity: identity.map(
        ({ vocabulary, ...given }): EntityAttribute => ({ ...given, vocabulary: vocabulary ?? 'both' }),
      ),
      parts: [...new Set(identity.flatMap(({ value = '' }) => partsOf(value)))].sort(),
      descriptive: (description ?? []).map(({ ref }) => ref),
      relationships: relationships ?? [],
    }),
  )

function partsOf(value: string): string[] {
  return [...value.matchAll(/\{(\w+)\}/g)].flatMap(([, part]) => part ?? [])
}
