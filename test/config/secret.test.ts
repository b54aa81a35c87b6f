import { format, inspect } from 'node:util'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { isSecretSchema, Secret, secret, secretOf } from '../../src/config/secret.ts'

test('a secret shows itself nowhere but to reveal()', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 12 }), (value) => {
      const kept = new Secret(value)
      const shown = [
        `${kept}`,
        JSON.stringify({ kept }),
        inspect({ kept }, { showHidden: true }),
        format('%s %o %j', kept, kept, kept),
        JSON.stringify(structuredClone({ ...kept })),
      ]
      for (const text of shown) expect(text).not.toContain(value)
      expect(kept.reveal()).toBe(value)
    }),
  )
  expect(`${new Secret('x')} ${JSON.stringify(new Secret('x'))} ${inspect(new Secret('x'))}`).toBe(
    '[redacted] "[redacted]" [redacted]',
  )
})

test('an empty secret is refused', () => {
  expect(secret.safeParse('').error?.issues[0]?.message).toBe(
    'must not be empty; leave the key out if there is none, or check the variable that it comes from',
  )
})

test('a schema is known for a secret through refine, and marked in JSON Schema', () => {
  expect(isSecretSchema(secret)).toBe(true)
  expect(isSecretSchema(secret.refine((value) => value.reveal().length > 3))).toBe(true)
  expect(isSecretSchema(secretOf(z.string().regex(/^[a-z]+$/)))).toBe(true)
  expect(isSecretSchema(z.string())).toBe(false)
  expect(z.toJSONSchema(z.strictObject({ password: secret.optional() }), { io: 'input' })).toMatchObject({
    properties: { password: { type: 'string', writeOnly: true } },
  })
})
