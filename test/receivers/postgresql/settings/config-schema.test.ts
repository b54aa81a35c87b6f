import { expect, test } from 'vitest'
import { z } from 'zod'
import generated from '../../../../generated/postgresql/config.schema.json' with { type: 'json' }
import { postgresqlConfig } from '../../../../src/receivers/postgresql/settings/config.ts'

const objectSchema = z.object({
  required: z.array(z.string()).default([]),
  properties: z.record(z.string(), z.unknown()),
})

/** What both say of an object's keys: names, which are required, and the same of nested objects. */
function shape(schema: unknown): unknown {
  const { success, data } = objectSchema.safeParse(schema)
  if (!success) return {}
  const keys = Object.keys(data.properties).sort()
  return { required: data.required, keys: Object.fromEntries(keys.map((name) => [name, shape(data.properties[name])])) }
}

test('the generated JSON schema has the keys that the receiver takes, and asks for the same', () => {
  const taken = z.toJSONSchema(postgresqlConfig, { io: 'input', unrepresentable: 'any' })
  expect(shape(generated)).toEqual(shape(taken))
})

/** What the schema says of keys that aren't there, nested ones too. */
function defaults(schema: unknown): Record<string, unknown> {
  const properties = Object.entries(objectSchema.safeParse(schema).data?.properties ?? {})
  return Object.fromEntries(
    properties.flatMap(([name, property]) => {
      const { success, data } = z.object({ type: z.string(), default: z.unknown() }).safeParse(property)
      if (!success || data.default === undefined) return []
      return [[name, data.type === 'object' ? defaults(property) : data.default]]
    }),
  )
}

test("the generated JSON schema's defaults are the receiver's", () => {
  const given = defaults(generated)
  expect(postgresqlConfig.parse({ username: 'monitor' })).toEqual(
    postgresqlConfig.parse({ username: 'monitor', ...given }),
  )
  expect(Object.keys(given).length).toBeGreaterThan(5)
  expect(given).toMatchObject({ plans: { cache_ttl: '1h' }, long_running: { transaction: '5m' } })
})
