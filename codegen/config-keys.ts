import { type ConfigFormat, configFormats } from '../src/metadata/grammar/config-formats.ts'
import type { ConfigProperties, ConfigProperty } from '../src/metadata/grammar/config-grammar.ts'
import { camelCase } from '../src/metadata/identifier.ts'
import { comment, literal } from './literal.ts'

/** A line of imports: what of which file below src. */
export interface ConfigImport {
  readonly names: string
  readonly file: string
}

/** Where the schema of each format is; its name is the format's in camel case. */
const files: Readonly<Record<ConfigFormat, string>> = {
  byte_size: 'config/byte-size.ts',
  certificate_file: 'config/database-url/pem-file.ts',
  duration: 'config/duration.ts',
  function_name: 'config/function-name.ts',
  header_name: 'config/http.ts',
  host_port: 'config/host-port.ts',
  http_url: 'config/http.ts',
  key_file: 'config/database-url/pem-file.ts',
  license_key: 'config/license-key.ts',
  positive_duration: 'config/duration.ts',
  require_auth: 'config/database-url/require-auth.ts',
  secret: 'config/secret.ts',
}

/** What the keys' schemas are made with. */
export function configImports(properties: ConfigProperties, further: readonly ConfigFormat[]): readonly ConfigImport[] {
  const formats = [...new Set([...formatsOf(properties), ...further])].sort()
  return [...Map.groupBy(formats, (format) => files[format])]
    .map(([file, inside]) => ({ file, names: inside.map(camelCase).join(', ') }))
    .sort((a, b) => (a.file < b.file ? -1 : 1))
}

function formatsOf(properties: ConfigProperties): ConfigFormat[] {
  return Object.values(properties).flatMap((property) => {
    if (property.type === 'object') {
      const { properties = {}, propertyNames, additionalProperties } = property
      return [...formatsOf(properties), propertyNames?.format ?? [], additionalProperties?.format ?? []].flat()
    }
    return property.type === 'string' ? (property.format ?? []) : []
  })
}

/** The keys that leave a choice, with what may be chosen; keys of objects after a dot. */
export function configChoices(properties: ConfigProperties, within = ''): (readonly [string, readonly string[]])[] {
  return Object.entries(properties).flatMap(([name, property]) => {
    const path = `${within}${name}`
    if (property.type === 'object') return configChoices(property.properties ?? {}, `${path}.`)
    return property.type === 'string' && property.enum !== undefined ? [[path, property.enum] as const] : []
  })
}

/**
 * The schemas of an object's keys as text of TypeScript.
 * @param within what stands before the names of its keys: `sending_queue.`
 */
export function keySchemas(properties: ConfigProperties, within = ''): readonly string[] {
  return Object.entries(properties).map(([name, property]) => {
    const schema = `${schemaOf(property, `${within}${name}`)}${absent(property)}`
    return `/** ${comment(property.description)} */\n${name}: ${schema}`
  })
}

/** What becomes of a key that isn't there. */
function absent(property: ConfigProperty): string {
  if (property.required === true) return ''
  if (property.default === undefined) return '.optional()'
  // A default that is written as people write it is read as what they write is.
  const isRead = property.type === 'object' || (property.type === 'string' && property.format !== undefined)
  return `.${isRead ? 'prefault' : 'default'}(${literal(property.default)})`
}

function schemaOf(property: ConfigProperty, path: string): string {
  switch (property.type) {
    case 'string':
      return property.enum === undefined ? textSchema(property) : `z.enum(choices[${literal(path)}])`
    case 'integer':
      return `z.int()${bounds(property)}`
    case 'number':
      return `z.number()${bounds(property)}`
    case 'boolean':
      return 'z.boolean()'
    case 'array':
      return `z.array(${textSchema(property.items)})`
    case 'object':
      return objectSchema(property, path)
    default:
      return property satisfies never
  }
}

function bounds({ minimum, maximum }: { readonly minimum?: number; readonly maximum?: number }): string {
  return `${minimum === undefined ? '' : `.min(${minimum})`}${maximum === undefined ? '' : `.max(${maximum})`}`
}

type Text = Omit<Extract<ConfigProperty, { readonly type: 'string' }>, 'description'>

function textSchema({ format, minLength, minimum, maximum, required, error }: Text): string {
  const said = error === undefined ? '' : `, ${literal(error)}`
  if (format !== undefined) {
    const refine = (sign: string, bound: string | undefined) =>
      bound === undefined ? '' : `.refine((value) => value ${sign} ${measured(format, bound)}${said})`
    return `${camelCase(format)}${refine('>=', minimum)}${refine('<=', maximum)}`
  }
  const missing =
    required === undefined || error === undefined
      ? ''
      : `{ error: ({ input }) => (input === undefined ? ${literal(error)} : undefined) }`
  return `z.string(${missing})${minLength === undefined ? '' : `.min(${minLength}${said})`}`
}

function measured(format: ConfigFormat, bound: string): string {
  return literal(configFormats[format].parse(bound))
}

type Objects = Extract<ConfigProperty, { readonly type: 'object' }>

function objectSchema(object: Objects, path: string): string {
  const { properties = {}, propertyNames, additionalProperties, dependentRequired = {}, error } = object
  if (propertyNames !== undefined && additionalProperties !== undefined)
    return `z.record(${camelCase(propertyNames.format)}, ${camelCase(additionalProperties.format)})`
  const conditions = Object.entries(dependentRequired).flatMap(([name, others]) =>
    others.map((other) => `(value.${name} === undefined || value.${other} !== undefined)`),
  )
  const refined = conditions.length === 0 ? '' : `.refine((value) => ${conditions.join(' && ')}, ${literal(error)})`
  return `z.strictObject({${keySchemas(properties, `${path}.`).join(',\n')}})${refined}`
}
