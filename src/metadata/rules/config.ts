import type { Path } from '../../yaml/fault.ts'
import { show } from '../../yaml/show.ts'
import type { Report, Rule } from '../draft.ts'
import { configFormats } from '../grammar/config-formats.ts'
import type { ConfigProperties, ConfigProperty } from '../grammar/config-grammar.ts'
import { unknownName } from '../unknown-name.ts'

const derived = ['events', 'intervals', 'limits', 'metrics', 'resource_attributes']

/** Some configuration keys follow from the other sections. */
export const configNamesAreFree: Rule = ({ metadata }, report) => {
  for (const name of derived) {
    if (Object.hasOwn(metadata.config, name)) {
      report(['config', name], 'is derived from the other sections and needs no entry here', 'key')
    }
  }
}

/** What an entry of `config` says fits together, and its default fits it. */
export const configIsSound: Rule = ({ metadata }, report) => checkAll(metadata.config, ['config'], report)

function checkAll(properties: ConfigProperties, path: Path, report: Report): void {
  for (const [name, property] of Object.entries(properties)) {
    const at = [...path, name]
    if (property.required === true && property.default !== undefined)
      report([...at, 'default'], 'expected none, as the key is required', 'key')
    if (property.type === 'string') checkText(property, at, report)
    if (property.type === 'integer' || property.type === 'number') checkNumber(property, at, report)
    if (property.type === 'object') checkObject(property, at, report)
  }
}

type Of<Type> = Extract<ConfigProperty, { readonly type: Type }>

function checkText(property: Of<'string'>, path: Path, report: Report): void {
  const { format, enum: values, minimum, maximum, default: given } = property
  for (const word of ['enum', 'minLength'] as const) {
    if (format !== undefined && property[word] !== undefined)
      report([...path, word], 'expected without `format`', 'key')
  }
  for (const [word, bound] of Object.entries({ minimum, maximum })) {
    if (bound === undefined) continue
    if (typeof measureOf(property, bound) !== 'number')
      report([...path, word], `expected a bound of a duration or a size, found ${show(bound)}`)
    if (property.error === undefined)
      report([...path, word], 'expected with `error`, what is said of other values', 'key')
  }
  if (given === undefined) return
  if (values?.includes(given) === false)
    report([...path, 'default'], `expected one of ${values.join(', ')}, found ${show(given)}`)
  if (format !== undefined && !configFormats[format].safeParse(given).success)
    report([...path, 'default'], `expected a ${format}, found ${show(given)}`)
}

/** What a text comes to where it is a measure, such as the milliseconds of `48h`. */
function measureOf({ format }: Of<'string'>, text: string): unknown {
  return format === undefined ? undefined : configFormats[format].safeParse(text).data
}

function checkNumber(
  { minimum = -Infinity, maximum = Infinity, default: given }: Of<'integer' | 'number'>,
  path: Path,
  report: Report,
): void {
  if (given !== undefined && (given < minimum || given > maximum))
    report([...path, 'default'], `expected a number within the bounds, found ${given}`)
}

function checkObject(object: Of<'object'>, path: Path, report: Report): void {
  const { properties = {}, propertyNames, additionalProperties, dependentRequired = {}, error } = object
  const namedByUser = propertyNames !== undefined && additionalProperties !== undefined
  if ((object.properties === undefined) !== namedByUser)
    report(path, 'expected `properties`, or both `propertyNames` and `additionalProperties`', 'key')
  const required = Object.entries(properties).find(([, property]) => property.required === true)
  if (object.default !== undefined && required !== undefined)
    report([...path, 'default'], `expected none, as ${required[0]} is required`, 'key')
  if (Object.keys(dependentRequired).length > 0 && error === undefined)
    report([...path, 'dependentRequired'], 'expected with `error`, what is said where one is missing', 'key')
  const known = Object.keys(properties)
  for (const [name, others] of Object.entries(dependentRequired)) {
    const at = [...path, 'dependentRequired', name]
    if (!known.includes(name)) report(at, unknownName('a key', name, known), 'key')
    for (const [index, other] of others.entries()) {
      if (!known.includes(other)) report([...at, index], unknownName('a key', other, known))
    }
  }
  checkAll(properties, [...path, 'properties'], report)
}
