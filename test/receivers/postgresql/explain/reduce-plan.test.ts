import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type PlanNode, parsePlan, totalCost } from '../../../../src/receivers/postgresql/explain/plan-tree.ts'
import { reducePlan } from '../../../../src/receivers/postgresql/explain/reduce-plan.ts'
import { deepPlan, randomPlans, widePlan } from './support/random-plans.ts'

const parsed = (json: string): PlanNode => parsePlan(json) ?? expect.fail(`not a plan: ${json.slice(0, 80)}`)

/** The node types from the root down to the most expensive leaf. */
function expensiveWay(node: PlanNode): unknown[] {
  const [dearest] = node.children.toSorted((left, right) => totalCost(right) - totalCost(left))
  return [node.fields['Node Type'], ...(dearest === undefined ? [] : expensiveWay(dearest))]
}

/** Whether the second list begins with the first one. */
const beginsWith = (list: readonly unknown[], whole: readonly unknown[]) => list.every((each, at) => each === whole[at])

/** The nodes on the way that is kept: always the first child that isn't a note. */
function keptWays(node: PlanNode): unknown[][] {
  const own = node.fields['Node Type']
  return node.children.length === 0
    ? [[own]]
    : node.children.flatMap((child) => keptWays(child).map((way) => [own, ...way]))
}

test('any plan becomes valid JSON within the limit, with its root', () => {
  fc.assert(
    fc.property(randomPlans, fc.integer({ min: 200, max: 5_000 }), (json, limit) => {
      const { json: small, reduced } = reducePlan(parsed(json), limit)
      expect(small.length).toBeLessThanOrEqual(limit)
      expect(parsed(small).fields['Node Type']).toBe(parsed(json).fields['Node Type'])
      expect(reduced).toBe(JSON.stringify(JSON.parse(json)).length > limit)
      if (!reduced) expect(JSON.parse(small)).toEqual(JSON.parse(json))
    }),
    { numRuns: 300 },
  )
})

test('the way to the most expensive leaf is kept whole where there is room for its names', () => {
  fc.assert(
    fc.property(randomPlans, (json) => {
      const way = expensiveWay(parsed(json))
      fc.pre(way.length <= 8)
      const small = parsed(reducePlan(parsed(json), 4_094).json)
      expect(keptWays(small)).toContainEqual(way)
    }),
    { numRuns: 200 },
  )
})

test('a plan too deep for its way keeps the beginning of it', () => {
  const whole = parsed(deepPlan(500))
  const { json } = reducePlan(whole, 4_094)
  const way = keptWays(parsed(json)).toSorted((left, right) => right.length - left.length)[0] ?? []
  expect(way.length).toBeGreaterThan(20)
  expect(beginsWith(way.slice(0, -1), expensiveWay(whole))).toBe(true)
  expect(json).toMatch(/"Plans":"\d+ more nodes"/)
  expect(json.length).toBeGreaterThan(3_500)
})

test('of a plan too wide the expensive scan keeps its condition and cheap ones become names', () => {
  const small = reducePlan(parsed(widePlan(150)), 4_094)
  expect(small).toMatchObject({ reduced: true, json: expect.stringContaining('"measurements_77"') })
  expect(small.json).toContain('"Total Cost":9000')
  const huge = reducePlan(parsed(widePlan(2_000)), 4_094).json
  expect(huge).toMatch(/"Relation Name":"measurements_77",[^{}]*"Total Cost":9000,[^{}]*"Filter":"\(taken > \$1\)"/)
  expect(huge).toMatch(/"19\d\d more nodes"/)
  expect(huge.length).toBeGreaterThan(3_900)
})

test('what matters least goes first', () => {
  const whole = parsed(widePlan(80))
  const sizes = [18_000, 15_000, 10_000, 6_000, 300].map((limit) => reducePlan(whole, limit).json)
  const has = (part: string) => sizes.map((json) => json.includes(part))
  expect(has('"Parallel Aware"')).toEqual([true, false, false, false, false])
  // The expensive scan keeps its own.
  const many = (part: string) => sizes.map((json) => json.split(part).length > 2)
  expect(many('"Plan Rows"')).toEqual([true, true, false, false, false])
  expect(many('"Filter"')).toEqual([true, true, true, false, false])
  expect(has('"measurements_3"')).toEqual([true, true, true, true, false])
})

test.each(['', 'null', '[]', '[{}]', '{"Plan": {}}', '[{"Plan": 1}]', '[{"Plan": {}}, {"Plan": {}}]', '<explain/>'])(
  '%j is no plan',
  (json) => {
    expect(parsePlan(json)).toBeUndefined()
  },
)
