import { z } from 'zod'
import { type ConfigFormat, configFormats } from './config-formats.ts'
import { key } from './key.ts'

const text = z.string().min(1)
const format = z.object(configFormats).keyof()

/** The least and the largest value, of each type. */
const bounds = <Bound extends z.ZodType>(bound: Bound, minimum: string, maximum: string) => ({
  minimum: key(bound.exactOptional(), 'the least value; of a duration or a size as they are written', minimum),
  maximum: key(bound.exactOptional(), 'the largest value', maximum),
})
const integer = bounds(z.int(), '1', '100')
const number = bounds(z.number(), '0.5', '9.5')

const saysDefault = 'what stands for a key that is left out; `{}` of an object whose keys have defaults'
const minLength = key(z.int().min(1).exactOptional(), 'the fewest characters', '1')
const error = key(
  text.exactOptional(),
  'what is said of a value that is out of its bounds, and of none where one is required',
  'from 1s to 1h',
)

const every = {
  description: key(text, 'what it is for: for documentation', 'A deadline.'),
  required: key(
    z.literal(true).exactOptional(),
    'it must be given. What has neither this nor a default may be left out, which means something of its own',
    'true',
  ),
}

const string = z.strictObject({
  type: key(z.literal('string'), 'the type of its value', 'string'),
  ...every,
  default: key(z.string().exactOptional(), saysDefault, '5s'),
  enum: key(
    z.array(text).min(1).exactOptional(),
    'all values of a text; code has them from `choices`, which is generated',
    '[off, on]',
  ),
  format: key(format.exactOptional(), 'what a text means', 'duration'),
  ...bounds(text, '1s', '1h'),
  minLength,
  error,
})

const single = [
  string,
  z.strictObject({
    type: z.literal('integer'),
    ...every,
    default: key(z.int().exactOptional(), saysDefault, '10'),
    ...integer,
  }),
  z.strictObject({
    type: z.literal('number'),
    ...every,
    default: key(z.number().exactOptional(), saysDefault, '0.5'),
    ...number,
  }),
  z.strictObject({
    type: z.literal('boolean'),
    ...every,
    default: key(z.boolean().exactOptional(), saysDefault, 'true'),
  }),
  z.strictObject({
    type: z.literal('array'),
    ...every,
    default: key(z.array(z.string()).exactOptional(), saysDefault, '[]'),
    items: key(
      z.strictObject({ type: key(z.literal('string'), 'texts', 'string'), minLength }),
      'what an array holds',
      '{type: string}',
    ),
  }),
] as const

interface ConfigObject {
  readonly type: 'object'
  readonly description: string
  readonly required?: true
  readonly default?: Record<string, never>
  readonly properties?: ConfigProperties
  readonly propertyNames?: { readonly format: ConfigFormat }
  readonly additionalProperties?: { readonly type: 'string'; readonly format: ConfigFormat }
  readonly dependentRequired?: Readonly<Record<string, readonly string[]>>
  readonly error?: string
}

export type ConfigProperty = z.output<(typeof single)[number]> | ConfigObject
export type ConfigProperties = Readonly<Record<string, ConfigProperty>>

/** What a key is called. */
export const configName = z.string().regex(/^[a-z][a-z0-9_]*$/, 'expected small letters, digits and underscores')

/** An entry of `config`: a JSON schema of the key; `required`, `error` and what `format` may be are its own. */
export const configProperty = z.discriminatedUnion(
  'type',
  [
    ...single,
    z.strictObject({
      type: z.literal('object'),
      ...every,
      default: key(z.strictObject({}).exactOptional(), saysDefault, '{}'),
      get properties(): z.ZodExactOptional<z.ZodRecord<z.ZodString, z.ZodType<ConfigProperty>>> {
        return key(
          z.record(configName, configProperty).exactOptional(),
          'the keys of an object, each with such an entry',
          '{names: {type: array, items: {type: string}, description: Whose.}}',
          { see: 'the same table' },
        )
      },
      propertyNames: key(
        z.strictObject({ format: key(format, 'what its names are', 'header_name') }).exactOptional(),
        'in place of `properties`: the user names the keys',
        '{format: header_name}',
      ),
      additionalProperties: key(
        z
          .strictObject({
            type: key(z.literal('string'), 'texts', 'string'),
            format: key(format, 'what they mean', 'secret'),
          })
          .exactOptional(),
        'what stands under the keys that the user names',
        '{type: string, format: secret}',
      ),
      dependentRequired: key(
        z.record(z.string(), z.array(text).min(1)).exactOptional(),
        'keys that must be given where another is; `error` says so',
        '{cert_file: [key_file]}',
      ),
      error,
    }),
  ],
  { error: 'expected one of string, number, integer, boolean, object, array' },
)
