import type { ConfigProperty, Metadata, ResourceAttribute } from '../src/metadata/model.ts'

const types = { string: 'string', int: 'integer', double: 'number', bool: 'boolean' } as const

/** A JSON schema (draft 2020-12) of the component's configuration, for editors. */
export function configSchema(metadata: Metadata): Record<string, unknown> {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: `Configuration of ${metadata.type}`,
    description: metadata.description,
    ...objectOf(metadata.config, derivedProperties(metadata)),
  }
}

/** An object of these properties and no others. */
function objectOf(
  properties: Readonly<Record<string, ConfigProperty>>,
  derived: Readonly<Record<string, unknown>> = {},
) {
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

/** JSON schema says of the object, not of the property, what is required. */
function schemaOf({ required: _, properties, ...keywords }: ConfigProperty): Record<string, unknown> {
  return properties === undefined ? keywords : { ...keywords, ...objectOf(properties) }
}

function derivedProperties({ metrics, events, queries, resourceAttributes }: Metadata): Record<string, unknown> {
  return {
    metrics: closed(
      'Which metrics are collected.',
      metrics.map(({ name, description, enabled }) => [name, switchOf(description, enabled)]),
    ),
    events: closed(
      'Which events are sent, to the exporters of the logs pipelines.',
      events.map(({ name, description, enabled }) => [name, switchOf(description, enabled)]),
    ),
    intervals: closed(
      'The least time between two runs of a query, such as 30s or 5m.',
      queries.map(({ name, description }) => [name, { type: 'string', description }]),
    ),
    limits: closed(
      'How many rows a query reads at most.',
      queries.flatMap(({ name, description, fold }) =>
        fold === undefined ? [] : [[name, { type: 'integer', minimum: 1, default: fold.rows, description }] as const],
      ),
    ),
    resource_attributes: closed(
      'What is sent about the server with everything.',
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
