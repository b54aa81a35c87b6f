import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type PlanNode, parsePlan, renderPlan } from '../../../../src/receivers/postgresql/explain/plan-tree.ts'
import { planHash } from '../../../../src/receivers/postgresql/explain/query-plan.ts'
import { fragmentsOf, redactPlan } from '../../../../src/receivers/postgresql/explain/redact-plan.ts'

const marker = 'MARKED-LITERAL'

const explained = {
  'Node Type': 'Sort',
  'Total Cost': 17.5,
  'Plan Rows': 3,
  'Sort Key': [`(x || '${marker}'::text)`, 'y'],
  'Grouping Sets': [{ 'Hash Keys': [[`lower('${marker}')`]], 'Plan Rows': 4 }],
  'Something New': `${marker}`,
  'Something Counted': 424_242,
  'Something Nested': { Deep: { [`Total Cost`]: 5, Deeper: `'${marker}'` } },
  Plans: [
    { 'Node Type': 'Seq Scan', 'Relation Name': 'orders', Alias: 'o', Filter: `(name = '${marker}'::text)` },
    { 'Node Type': 'Function Scan', 'Function Name': 'f', 'Function Call': `f('${marker}')` },
  ],
}

const root = (plan: object): PlanNode =>
  parsePlan(JSON.stringify([{ Plan: plan }])) ?? expect.fail('EXPLAIN prints no such plan')
const redacted = (node: PlanNode, replace: (text: string) => string | undefined) =>
  redactPlan(node, new Map(fragmentsOf(node).map((text) => [text, replace(text)])))

test('every text but those of known harmless keys goes through redaction, and its result alone is kept', () => {
  const clean = redacted(root(explained), (text) => text.replaceAll(marker, '').replaceAll("''", '$1'))
  expect(renderPlan(clean)).not.toContain(marker)
  expect(renderPlan(clean)).not.toContain('424242')
  expect(clean).toMatchObject({
    fields: {
      'Node Type': 'Sort',
      'Total Cost': 17.5,
      'Sort Key': ['(x || $1::text)', 'y'],
      'Grouping Sets': [{ 'Hash Keys': [['lower($1)']], 'Plan Rows': 4 }],
      'Something Nested': { Deep: { 'Total Cost': 5, Deeper: '$1' } },
    },
    children: [
      { fields: { 'Relation Name': 'orders', Alias: 'o', Filter: '(name = $1::text)' } },
      { fields: { 'Function Name': 'f', 'Function Call': 'f($1)' } },
    ],
  })
})

test('a text that could not be redacted is not there at all', () => {
  const clean = renderPlan(redacted(root(explained), () => undefined))
  expect(clean).not.toContain(marker)
  expect(clean).toContain('"Filter":"?"')
})

test('a literal under any key is redacted but under those of names', () => {
  fc.assert(
    fc.property(fc.string(), fc.constantFrom('name', 'list', 'object'), (key, form) => {
      fc.pre(!['Plans', 'Alias', 'Command', 'Schema'].includes(key))
      const value = form === 'name' ? marker : form === 'list' ? [[marker]] : { [`${key}x`]: marker }
      const clean = redacted(root({ 'Node Type': 'Result', [key]: value }), () => '$1')
      expect(renderPlan(clean)).not.toContain(marker)
    }),
  )
})

test('the hash follows the shape of a plan, not its figures, its alias or the order of its keys', () => {
  const scan = { 'Node Type': 'Seq Scan', 'Relation Name': 'orders', Alias: 'o', 'Total Cost': 8, Filter: '(a = $1)' }
  const hash = (plan: object) => planHash(root(plan))
  const same = { Filter: '(a = $1)', Alias: 'x', 'Plan Rows': 5, 'Relation Name': 'orders', 'Node Type': 'Seq Scan' }
  expect(hash(same)).toBe(hash(scan))
  const others = [
    { ...scan, 'Node Type': 'Index Scan' },
    { ...scan, 'Relation Name': 'order' },
    { ...scan, Filter: '(b = $1)' },
    { 'Node Type': 'Gather', Plans: [scan] },
    { 'Node Type': 'Gather', Plans: [scan, scan] },
    { ...scan, 'Index Name': 'i' },
    scan,
  ].map(hash)
  expect(new Set(others).size).toBe(others.length)
})
