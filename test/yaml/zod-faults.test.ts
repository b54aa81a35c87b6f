import { expect, test } from 'vitest'
import { z } from 'zod'
import { parseYaml } from '../../src/yaml/document.ts'
import { renderFault, sortFaults } from '../../src/yaml/fault.ts'
import { zodFaults } from '../../src/yaml/zod-faults.ts'

function faults(schema: z.ZodType, text: string): string[] {
  const parsed = parseYaml('f.yaml', text)
  if (parsed.kind === 'faults') return parsed.faults.map(renderFault)
  const { document } = parsed
  const issues = schema.safeParse(document.value).error?.issues ?? []
  return sortFaults(zodFaults(issues, { schema, places: document, value: document.value })).map(renderFault)
}

const inner = z.strictObject({ name: z.string(), size: z.number().optional() })

for (const { name, schema, text, expected } of [
  {
    name: 'a default',
    schema: z.strictObject({ a: inner.default({ name: 'x' }) }),
    text: 'a: {name: x, sise: 1}',
    expected: 'f.yaml:1:14: a::sise: unknown key "sise"; did you mean "size"?',
  },
  {
    name: 'a prefault',
    schema: z.strictObject({ a: inner.prefault({ name: 'x' }) }),
    text: 'a: {name: x, sise: 1}',
    expected: 'f.yaml:1:14: a::sise: unknown key "sise"; did you mean "size"?',
  },
  {
    name: 'an optional list of a nullable',
    schema: z.strictObject({ a: z.array(inner.nullable()).optional() }),
    text: 'a:\n  - null\n  - {name: x, sise: 1}',
    expected: 'f.yaml:3:15: a::1::sise: unknown key "sise"; did you mean "size"?',
  },
  {
    name: 'a transform',
    schema: z.strictObject({ a: inner.transform((value) => value.name) }),
    text: 'a: {name: x, sise: 1}',
    expected: 'f.yaml:1:14: a::sise: unknown key "sise"; did you mean "size"?',
  },
  {
    name: 'a preprocess',
    schema: z.strictObject({ a: z.preprocess((value) => value, inner) }),
    text: 'a: {name: x, sise: 1}',
    expected: 'f.yaml:1:14: a::sise: unknown key "sise"; did you mean "size"?',
  },
  {
    name: 'a record of a union',
    schema: z.record(z.string(), z.union([z.string(), inner])),
    text: 'k: {name: x, sise: 1}',
    expected: 'f.yaml:1:14: k::sise: unknown key "sise"; did you mean "size"?',
  },
  {
    name: 'a lazy',
    schema: z.strictObject({ a: z.lazy(() => inner) }),
    text: 'a: {name: x, sise: 1}',
    expected: 'f.yaml:1:14: a::sise: unknown key "sise"; did you mean "size"?',
  },
  {
    name: 'a tuple',
    schema: z.strictObject({ a: z.tuple([z.string(), inner]) }),
    text: 'a: [x, {name: x, sise: 1}]',
    expected: 'f.yaml:1:18: a::1::sise: unknown key "sise"; did you mean "size"?',
  },
  {
    name: 'a discriminated union',
    schema: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('a') }),
      z.strictObject({ kind: z.literal('b'), colour: z.string() }),
    ]),
    text: 'kind: b\ncolor: x\ncolour: y',
    expected: 'f.yaml:2:1: color: unknown key "color"; did you mean "colour"?',
  },
  {
    name: 'an enum of keys',
    schema: z.partialRecord(z.enum(['alpha', 'beta']), z.number()),
    text: 'alfa: 1',
    expected: 'f.yaml:1:1: alfa: unknown key "alfa"; did you mean "alpha"?',
  },
]) {
  test(`the nearest key is found through ${name}`, () => {
    expect(faults(schema, text)).toEqual([expected])
  })
}

test('a key like one that every object inherits is unknown, too', () => {
  expect(faults(z.strictObject({ a: z.strictObject({ b: z.number() }) }), 'a: {b: 1}\ntoString: {valueOf: 1}')).toEqual(
    ['f.yaml:2:1: toString: unknown key "toString"; known are a'],
  )
})

test('a discriminator that fits nothing is told what fits', () => {
  const schema = z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('a') }),
    z.strictObject({ kind: z.literal('b') }),
  ])
  expect(faults(schema, 'kind: c')).toEqual(['f.yaml:1:7: kind: expected a or b, found "c"'])
  expect(faults(z.strictObject({ x: schema }), 'x: {}')).toEqual(['f.yaml:1:1: x::kind: is required (expected a or b)'])
})

test('of several alternatives the closest speaks', () => {
  const schema = z.strictObject({
    x: z.union([z.number(), z.strictObject({ a: z.string() }), z.strictObject({ a: z.string(), b: z.number() })]),
  })
  expect(faults(schema, 'x: {a: 1}')).toEqual(['f.yaml:1:8: x::a: expected string, found 1'])
  expect(faults(schema, 'x: true')).toEqual(['f.yaml:1:4: x: expected number or map, found true'])
  expect(faults(schema, 'y: 1')).toEqual([
    'f.yaml:1:1: x: is required (expected number or map)',
    'f.yaml:1:1: y: unknown key "y"; known are x',
  ])
})

test('a key that breaks the pattern of keys is told with the pattern’s message', () => {
  const schema = z.record(z.string().regex(/^[a-z]+$/, 'write it in lower case'), z.number())
  expect(faults(schema, 'ok: 1\nNO: 2')).toEqual(['f.yaml:2:1: NO: not a key that fits here: write it in lower case'])
})

test('a message of the schema’s own is kept, a stock one is put in YAML’s words', () => {
  const schema = z.strictObject({
    a: z.string('name the thing'),
    b: z.string().min(3, 'too little to go by'),
    c: z.string().min(3),
    d: z.array(z.number()).min(1),
    e: z.number().max(9),
  })
  expect(faults(schema, 'a: 1\nb: x\nc: x\nd: []\ne: 12')).toEqual([
    'f.yaml:1:4: a: name the thing, found 1',
    'f.yaml:2:4: b: too little to go by',
    'f.yaml:3:4: c: expected at least 3 characters, found "x"',
    'f.yaml:4:4: d: expected at least 1 entries, found a list of 0',
    'f.yaml:5:4: e: expected at most 9, found 12',
  ])
  expect(faults(schema.pick({ a: true }), '{}')).toEqual(['f.yaml:1:1: a: name the thing'])
})
