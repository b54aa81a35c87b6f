import { z } from 'zod'
import { configFormats } from './config-formats.ts'

const text = z.string().min(1)
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
  format: z.object(configFormats).keyof().exactOptional(),
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
  readonly properties: ConfigProperties
  readonly dependentRequired?: Readonly<Record<string, readonly string[]>>
  readonly error?: string
}

export type ConfigProperty = z.output<(typeof single)[number]> | ConfigObject
export type ConfigProperties = Readonly<Record<string, ConfigProperty>>

/** A JSON schema of a key; `required`, `error` and what `format` may be are its own. */
const configProperty = z.discriminatedUnion(
  'type',
  [
    ...single,
    z.strictObject({
      type: z.literal('object'),
      ...every,
      /** Empty: each key has a default of its own. */
      default: z.strictObject({}).exactOptional(),
      get properties(): z.ZodRecord<z.ZodString, z.ZodType<ConfigProperty>> {
        return configProperties
      },
      dependentRequired: z.record(z.string(), z.array(text).min(1)).exactOptional(),
      /** What is said where one of `dependentRequired` is missing. */
      error: text.exactOptional(),
    }),
  ],
  { error: 'expected one of string, number, integer, boolean, object, array' },
)

/** The entries of `config`, by key. */
export const configProperties = z.record(
  z.string().regex(/^[a-z][a-z0-9_]*$/, 'expected small letters, digits and underscores'),
  configProperty,
)
