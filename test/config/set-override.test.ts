import fc from 'fast-check'
import { expect, test } from 'vitest'
import { plainValue } from '../../src/config/plain-value.ts'
import { parseOverride } from '../../src/config/set-override.ts'

const segment = fc.string({ minLength: 1 }).filter((text) => text !== '__proto__')
const quoted = (name: string): string => `"${name.replace(/["\\]/g, '\\$&')}"`

test('any name can be a segment, if it is quoted', () => {
  fc.assert(
    fc.property(fc.array(segment, { minLength: 1, maxLength: 5 }), fc.integer(), (names, value) => {
      const parsed = parseOverride(`${names.map(quoted).join('.')}=${value}`, 1)
      if (parsed.kind !== 'ok') throw new Error('refused')
      expect(plainValue(parsed.node)).toEqual(names.reduceRight<unknown>((inner, name) => ({ [name]: inner }), value))
    }),
  )
})

test('a number keeps its text beside it, and the value may hold = and .', () => {
  const parsed = parseOverride('a.password=0123', 1)
  if (parsed.kind !== 'ok') throw new Error('refused')
  expect(plainValue(parsed.node)).toEqual({ a: { password: 123 } })
  expect(plainValue(parsed.node, () => true)).toEqual({ a: { password: '0123' } })
  const other = parseOverride('a=b.c=d', 1)
  if (other.kind !== 'ok') throw new Error('refused')
  expect(plainValue(other.node)).toEqual({ a: 'b.c=d' })
})
