import { z } from 'zod'

const text = z.string().min(1)
const count = z.int().min(0)
const types = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null'] as const

/** A JSON schema of draft 2020-12 with mdatagen's additions, as its `config` has them. */
const keys = {
  $schema: text.exactOptional(),
  $id: text.exactOptional(),
  $ref: text.exactOptional(),
  $comment: z.string().exactOptional(),
  title: text.exactOptional(),
  description: z.string().exactOptional(),
  type: z.union([z.enum(types), z.array(z.enum(types))]).exactOptional(),
  default: z.unknown().exactOptional(),
  examples: z.array(z.unknown()).exactOptional(),
  deprecated: z.boolean().exactOptional(),
  enum: z.array(z.unknown()).min(1).exactOptional(),
  const: z.unknown().exactOptional(),
  required: z.array(text).exactOptional(),
  minProperties: count.exactOptional(),
  maxProperties: count.exactOptional(),
  minItems: count.exactOptional(),
  maxItems: count.exactOptional(),
  uniqueItems: z.boolean().exactOptional(),
  minLength: count.exactOptional(),
  maxLength: count.exactOptional(),
  pattern: text.exactOptional(),
  format: text.exactOptional(),
  contentMediaType: text.exactOptional(),
  contentEncoding: text.exactOptional(),
  multipleOf: z.number().exactOptional(),
  minimum: z.number().exactOptional(),
  maximum: z.number().exactOptional(),
  exclusiveMinimum: z.number().exactOptional(),
  exclusiveMaximum: z.number().exactOptional(),
  'x-customType': text.exactOptional(),
  'x-pointer': z.boolean().exactOptional(),
  'x-optional': z.boolean().exactOptional(),
}

const schema: z.ZodType = z.strictObject({
  ...keys,
  get allOf() {
    return z.array(schema).exactOptional()
  },
  get properties() {
    return z.record(z.string(), schema).exactOptional()
  },
  get additionalProperties() {
    return z.union([z.boolean(), schema]).exactOptional()
  },
  get items() {
    return schema.exactOptional()
  },
  get contentSchema() {
    return schema.exactOptional()
  },
  get $defs() {
    return z.record(z.string(), schema).exactOptional()
  },
})

/** mdatagen's `config`: one schema of the whole, where ours has a schema a key. */
export const jsonSchemaConfig = schema

/** Whether a `config` is mdatagen's: of ours each key has a map, `type` too if there is one of that name. */
export function isJsonSchemaConfig(config: unknown): boolean {
  return typeof config === 'object' && config !== null && typeof Reflect.get(config, 'type') === 'string'
}
