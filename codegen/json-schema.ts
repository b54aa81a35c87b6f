import { isSecretSchema } from '../src/config/secret.ts'
import { configFormats } from '../src/metadata/grammar/config-formats.ts'
import type { ConfigProperties, ConfigProperty } from '../src/metadata/grammar/config-grammar.ts'
import type { Metadata, ResourceAttribute } from '../src/metadata/model.ts'
import { derivedKeys } from './derived-keys.ts'

const types = { string: 'string', int: 'integer', double: 'number', bool: 'boolean' } as const

/** A JSON schema (draft 2020-12) of the component's configuration, for editors. */
export function configSchema(metadata: Metadata): Record<string, unknown> {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: `Configuration of ${metadata.type}`,
    description: metadata.description,
    ...objectOf(metadata.config, metadata.metrics.length === 0 ? {} : derivedProperties(metadata)),
  }
}

type TextProperty = Pick<
  Extract<ConfigProperty, { readonly type: 'string' }>,
  'type' | 'format' | 'minimum' | 'maximum' | 'error'
>

/** An object of these properties and no others. */
function objectOf(properties: ConfigProperties, derived: Readonly<Record<string, unknown>> = {}) {
  const required = Object.keys(properties).filter((name) => properties[name]?.required === true)
  return {
    type: 'object',
    additionalProperties: false,
    ...(required.length === 0 ? {} : { required }),
    properties: {
      ...Object.fromEntries(Object.entries(properties).map(([name, property]) => [name, schemaOf(property)])),
      ...derived,
    },
  }
}

/** JSON schema says of the object, not of the property, what is required; its bounds are of numbers alone. */
function schemaOf({ required: _, ...property }: ConfigProperty): object {
  if (property.type === 'object') {
    const { properties, propertyNames: _names, additionalProperties, error: _error, ...keywords } = property
    if (properties !== undefined) return { ...keywords, ...objectOf(properties) }
    return additionalProperties === undefined
      ? keywords
      : { ...keywords, additionalProperties: textOf(additionalProperties) }
  }
  if (property.type !== 'string') return property
  return textOf(property)
}

function textOf({ format, minimum: _least, maximum: _most, error: _error, ...keywords }: TextProperty): object {
  return format !== undefined && isSecretSchema(configFormats[format]) ? { ...keywords, writeOnly: true } : keywords
}

function derivedProperties({ metrics, events, queries, resourceAttributes }: Metadata): Record<string, unknown> {
  return {
    metrics: closed(
      derivedKeys.metrics,
      metrics.map(({ name, description, enabled }) => [name, switchOf(description, enabled)]),
    ),
    events: closed(
      derivedKeys.events,
      events.map(({ name, description, enabled }) => [name, switchOf(description, enabled)]),
    ),
    intervals: closed(
      derivedKeys.intervals,
      queries.map(({ name, description }) => [name, { type: 'string', description }]),
    ),
    limits: closed(
      derivedKeys.limits,
      queries.flatMap(({ name, description, top }) =>
        top === undefined ? [] : [[name, { type: 'integer', minimum: 1, default: top.rows, description }] as const],
      ),
    ),
    resource_attributes: closed(
      derivedKeys.resource_attributes,
      resourceAttributes.map((attribute) => [attribute.name, resourceAttributeSchema(attribute)]),
    ),
  }
}

function closed(description: string, properties: readonly (readonly [name: string, schema: object])[]): object {
  return { description, type: 'object', additionalProperties: false, properties: Object.fromEntries(properties) }
}

function switchOf(description: string, enabled: boolean, further: object = {}): object {
  const properties = { enabled: { type: 'boolean', default: enabled }, ...further }
  return { description, type: 'object', additionalProperties: false, properties }
}

function resourceAttributeSchema({ description, enabled, type }: ResourceAttribute): object {
  const override = { description: 'Sent in place of what was found.', type: types[type] }
  return switchOf(description, enabled, { override_value: override })
}
