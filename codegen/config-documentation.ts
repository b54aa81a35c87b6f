import type { ConfigFormat } from '../src/metadata/grammar/config-formats.ts'
import type { ConfigProperties, ConfigProperty } from '../src/metadata/grammar/config-grammar.ts'
import type { Metadata } from '../src/metadata/model.ts'
import { derivedKeys } from './derived-keys.ts'
import { cell } from './literal.ts'

/** A row of the reference of configuration keys. */
export interface ConfigKeyView {
  /** With those that it lies in: `tls.ca_file`. */
  readonly key: string
  readonly type: string
  readonly default: string
  readonly description: string
}

/** What a text of each format is. */
const formatTexts: Readonly<Record<ConfigFormat, string>> = {
  byte_size: 'size',
  certificate_file: 'file',
  duration: 'duration',
  function_name: '`schema.name`',
  header_name: 'header',
  host_port: '`host:port`',
  http_url: 'address',
  key_file: 'file',
  license_key: 'secret',
  positive_duration: 'duration above 0',
  require_auth: 'text',
  secret: 'secret',
}

/** All keys of the component, those that follow from what it measures last. */
export function configKeyViews({ config, metrics }: Metadata): ConfigKeyView[] {
  const derived = Object.entries(metrics.length === 0 ? {} : derivedKeys)
  return [
    ...keyViews(config, ''),
    ...derived.map(([key, description]) => ({ key, type: 'map', default: '', description: cell(description) })),
  ]
}

function keyViews(properties: ConfigProperties, prefix: string): ConfigKeyView[] {
  return Object.entries(properties).flatMap(([name, property]) => {
    const key = `${prefix}${name}`
    const own = {
      key,
      type: typeText(property),
      default: defaultText(property),
      description: cell(property.description),
    }
    return property.type === 'object' ? [own, ...keyViews(property.properties ?? {}, `${key}.`)] : [own]
  })
}

function typeText(property: ConfigProperty): string {
  switch (property.type) {
    case 'string': {
      const { format, enum: values, minimum, maximum } = property
      if (values !== undefined) return values.map((value) => `\`${value}\``).join(', ')
      return `${format === undefined ? 'text' : formatTexts[format]}${boundsText(minimum, maximum)}`
    }
    case 'integer':
    case 'number':
      return `${property.type}${boundsText(property.minimum, property.maximum)}`
    case 'boolean':
      return '`true`, `false`'
    case 'array':
      return 'list of texts'
    case 'object':
      return property.additionalProperties === undefined
        ? 'map'
        : `map of ${formatTexts[property.additionalProperties.format]}s`
    default:
      return property satisfies never
  }
}

function boundsText(minimum: number | string | undefined, maximum: number | string | undefined): string {
  if (minimum === undefined) return maximum === undefined ? '' : `, at most ${maximum}`
  return maximum === undefined ? `, at least ${minimum}` : `, ${minimum} to ${maximum}`
}

function defaultText({ required, type, default: value }: ConfigProperty): string {
  if (required === true) return 'required'
  if (value === undefined || type === 'object') return ''
  return Array.isArray(value) ? value.map((one) => `\`${one}\``).join(', ') : `\`${value}\``
}
