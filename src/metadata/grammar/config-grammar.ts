import { z } from 'zod'
import { type ConfigFormat, configFormats } from './config-formats.ts'

const text = z.string().min(1)
const format = z.object(configFormats).keyof()
const integer = { minimum: z.int().exactOptional(), maximum: z.int().exactOptional() }
const number = { minimum: z.number().exactOptional(), maximum: z.number().exactOptional() }

const every = {
  description: text,
  /** What has neither this nor a default may be left out, which means something of its own. */
  required: z.literal(true).exactOptional(),
}

const string = z.strictObject({
  type: z.literal('string'),
  ...every,
  default: z.string().exactOptional(),
  enum: z.array(text).min(1).exactOptional(),
  format: format.exactOptional(),
  /** Of a duration or a size, as they are written. */
  minimum: text.exactOptional(),
  maximum: text.exactOptional(),
  minLength: z.int().min(1).exactOptional(),
  /** What is said of a text that is too short, too small or too large, and of none where one is required. */
  error: text.exactOptional(),
})

const single = [
  string,
  z.strictObject({ type: z.literal('integer'), ...every, default: z.int().exactOptional(), ...integer }),
  z.strictObject({ type: z.literal('number'), ...every, default: z.number().exactOptional(), ...number }),
  z.strictObject({ type: z.literal('boolean'), ...every, default: z.boolean().exactOptional() }),
  z.strictObject({
    type: z.literal('array'),
    ...every,
    default: z.array(z.string()).exactOptional(),
    items: z.strictObject({ type: z.literal('string'), minLength: z.int().min(1).exactOptional() }),
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
      /** Empty: each key has a default of its own. */
      default: z.strictObject({}).exactOptional(),
      get properties(): z.ZodExactOptional<z.ZodRecord<z.ZodString, z.ZodType<ConfigProperty>>> {
        return z.record(configName, configProperty).exactOptional()
      },
      /** In place of `properties`: the user names the keys. */
      propertyNames: z.strictObject({ format }).exactOptional(),
      additionalProperties: z.strictObject({ type: z.literal('string'), format }).exactOptional(),
      dependentRequired: z.record(z.string(), z.array(text).min(1)).exactOptional(),
      /** What is said where one of `dependentRequired` is missing. */
      error: text.exactOptional(),
    }),
  ],
  { error: 'expected one of string, number, integer, boolean, object, array' },
)
