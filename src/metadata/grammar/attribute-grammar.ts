import { z } from 'zod'
import type { AttributeType, Entity, EntityAttribute, ResourceAttribute } from '../model.ts'
import { inert, key } from './key.ts'
import { resourceAttributeKeys, semanticConvention } from './mdatagen-grammar.ts'
import type { Unnamed } from './query-grammar.ts'

const text = z.string().min(1)

/** Types of attributes that have no place in a point's or a record's attributes here. */
const compoundTypes = ['bytes', 'slice', 'map'] as const

const attributeType = key(
  z
    .enum(['string', 'int', 'double', 'bool', ...compoundTypes])
    .transform((type): AttributeType => (isCompound(type) ? 'string' : type)),
  'the type of its value',
  'string',
  {
    unrendered: (value) =>
      isCompound(value)
        ? `attributes of type ${value} are not generated yet: expected string, int, double or bool`
        : undefined,
  },
)

function isCompound(type: unknown): type is (typeof compoundTypes)[number] {
  return compoundTypes.some((compound) => compound === type)
}

const stability = inert(
  z.enum(['development', 'alpha', 'beta', 'release_candidate', 'stable', 'deprecated']),
  'how settled it is',
  'development',
)

/** An entry of `resource_attributes`. */
export const resourceAttribute = z
  .strictObject({
    description: key(text, 'what it says: for documentation', 'The host.'),
    type: attributeType,
    enabled: key(z.boolean(), 'whether it is sent unless the configuration says otherwise', 'true'),
    stability,
    ...resourceAttributeKeys,
  })
  .transform(({ description, type, enabled }): Unnamed<ResourceAttribute> => ({ description, type, enabled }))

/** An entry of `attributes`. */
export const attribute = z
  .strictObject({
    description: key(text, 'what it says: for documentation', 'The mode.'),
    type: attributeType,
    name_override: key(
      text.exactOptional(),
      'the name that is sent, so that two attributes of different meaning may have one name',
      'mode',
    ),
    enum: key(
      z.array(text).min(1).exactOptional(),
      'all values of a text. Of an event: an attribute with one value is set without code',
      '[shared, exclusive]',
    ),
    requirement_level: inert(
      z.enum(['required', 'conditionally_required', 'recommended', 'opt_in']),
      'whether the configuration may drop it',
      'recommended',
    ),
    semantic_convention: semanticConvention,
  })
  .transform(({ description, type, name_override, requirement_level, enum: values }) => ({
    description,
    type,
    ...(name_override === undefined ? {} : { emittedName: name_override }),
    enum: values ?? [],
    requirementLevel: requirement_level ?? ('recommended' as const),
  }))

const reference = z.strictObject({ ref: key(z.string(), 'an attribute or a resource attribute', 'lock_mode') })

/** An entry of `entities`. */
export const entity = z
  .strictObject({
    type: key(text, 'its name', 'postgresql.table'),
    brief: key(text, 'what it is: for documentation', 'A table.'),
    stability,
    zeros: key(
      z.enum(['send', 'skip']).exactOptional(),
      'whether increments of zero are sent: they are where it is left out',
      'skip',
    ),
    identity: key(
      z
        .array(
          z.strictObject({
            ref: key(z.string(), 'an attribute; a resource attribute where there is no value', 'db.namespace'),
            value: key(
              text.exactOptional(),
              "what it is made of: the entity's parts in braces, which a source maps to columns",
              '"{database}|{schema}"',
            ),
            vocabulary: key(
              z.enum(['semconv', 'legacy']).exactOptional(),
              'the set of names that it belongs to: both where it is left out',
              'semconv',
            ),
          }),
        )
        .min(1),
      'the attributes that tell one from another',
      '[{ref: db.namespace, value: "{database}"}]',
    ),
    description: key(
      z.array(reference).exactOptional(),
      'attributes that describe it: for documentation',
      '[{ref: lock_mode}]',
    ),
    extra_attributes: inert(z.array(reference), 'attributes that it may have beside', '[{ref: server.port}]'),
    relationships: key(
      z
        .array(
          z.strictObject({
            type: key(text, 'what it is to the other', 'part_of'),
            target: key(z.string(), 'the other entity', 'postgresql.instance'),
          }),
        )
        .exactOptional(),
      'what it has to do with others: for documentation',
      '[{type: part_of, target: postgresql.instance}]',
    ),
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
