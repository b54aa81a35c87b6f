import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type ConfigNode, valueNode } from '../../../src/config/loading/config-node.ts'
import { mergeNodes } from '../../../src/config/loading/merge.ts'
import { plainValue } from '../../../src/config/loading/plain-value.ts'

const key = fc.constantFrom('a', 'b', 'c', 'toString')
const tree: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.integer(),
    fc.array(fc.integer(), { maxLength: 2 }),
    tie('map'),
  ),
  map: fc.dictionary(key, tie('node'), { maxKeys: 3, noNullPrototype: true }),
})).map

const at = { file: 'f', line: 1, column: 1 }
const nodeOf = (value: unknown): ConfigNode =>
  valueNode(value, { position: () => at, keyPosition: () => at, hidden: false })
const merged = (...values: readonly unknown[]): unknown => plainValue(values.map(nodeOf).reduce(mergeNodes))

function leaves(value: unknown, path: readonly string[] = []): [string, unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[path.join('.'), value]]
  return Object.entries(value).flatMap(([name, child]) => leaves(child, [...path, name]))
}

/** Of every key, those of maps too. */
function paths(value: unknown, path: readonly string[] = []): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return []
  return Object.entries(value).flatMap(([name, child]) => [[...path, name].join('.'), ...paths(child, [...path, name])])
}

test('everything that the later says is there after a merge', () => {
  fc.assert(
    fc.property(tree, tree, (earlier, later) => {
      const both = new Map(leaves(merged(earlier, later)))
      for (const [path, value] of leaves(later)) expect(both.get(path)).toEqual(value)
    }),
  )
})

test('what the later does not touch stays', () => {
  fc.assert(
    fc.property(tree, tree, (earlier, later) => {
      const both = new Map(leaves(merged(earlier, later)))
      const replaced = leaves(later).map(([path]) => `${path}.`)
      const named = new Set(paths(later))
      for (const [path, value] of leaves(earlier)) {
        if (named.has(path) || replaced.some((other) => path.startsWith(other))) continue
        expect(both.get(path)).toEqual(value)
      }
    }),
  )
})

test('merging with an empty map, or twice with the same, changes nothing', () => {
  fc.assert(
    fc.property(tree, (value) => {
      expect(merged({}, value)).toEqual(value)
      expect(merged(value, {})).toEqual(value)
      expect(merged(value, value)).toEqual(value)
    }),
  )
})
