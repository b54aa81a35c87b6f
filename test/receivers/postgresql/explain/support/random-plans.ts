import fc from 'fast-check'

/** Names and texts of every kind, long ones and half characters among them. */
const text = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 700 }),
  fc.constant('"\\\u0001\ud83d'.repeat(90)),
)
const value = fc.oneof(
  text,
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.constant(null),
  fc.array(text, { maxLength: 5 }),
)
const usual = fc.record({
  'Node Type': fc.constantFrom('Hash Join', 'Seq Scan', 'Append', 'Nested Loop'),
  'Total Cost': fc.integer({ min: 0, max: 1_000_000 }),
  'Plan Rows': fc.nat(),
  Output: fc.array(text, { maxLength: 3 }),
  Filter: text,
})

const fields = fc
  .tuple(fc.dictionary(fc.oneof(text, fc.constantFrom('Sort Key', 'Relation Name')), value, { maxKeys: 3 }), usual)
  .map(([others, known]) => ({ ...others, ...known }))

const { node } = fc.letrec<{ node: Record<string, unknown> }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fields,
    fc.tuple(fields, fc.array(tie('node'), { minLength: 1, maxLength: 4 })).map(([own, Plans]) => ({ ...own, Plans })),
  ),
}))

/** What EXPLAIN (FORMAT JSON) might print, and more. */
export const randomPlans = node.map((plan) => JSON.stringify([{ Plan: plan }]))

/** A plan that is one chain of so many nodes, each with a cheap neighbour. */
export function deepPlan(depth: number): string {
  let plan: Record<string, unknown> = { 'Node Type': 'Seq Scan', 'Relation Name': 'deepest', 'Total Cost': 10 }
  for (let level = 1; level < depth; level += 1) {
    const neighbour = { 'Node Type': 'Index Scan', 'Index Name': `i_${level}`, 'Total Cost': 1, Filter: '(a = $1)' }
    plan = { 'Node Type': 'Nested Loop', 'Join Type': 'Inner', 'Total Cost': 10 + level, Plans: [neighbour, plan] }
  }
  return JSON.stringify([{ Plan: plan }])
}

/** A plan with a scan of each of so many partitions. */
export function widePlan(partitions: number): string {
  const scans = Array.from({ length: partitions }, (_, index) => ({
    'Node Type': 'Seq Scan',
    'Parent Relationship': 'Member',
    'Parallel Aware': false,
    'Relation Name': `measurements_${index}`,
    Alias: `m_${index}`,
    'Startup Cost': 0,
    'Total Cost': index === 77 ? 9_000 : 10 + (index % 3),
    'Plan Rows': 17,
    'Plan Width': 40,
    Filter: '(taken > $1)',
  }))
  return JSON.stringify([{ Plan: { 'Node Type': 'Append', 'Total Cost': 30_000, Plans: scans } }])
}
