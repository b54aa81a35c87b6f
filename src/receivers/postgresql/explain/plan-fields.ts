import type { PlanNode, PlanValue } from './plan-tree.ts'

/** What a node keeps when everything else of it goes. */
const essential: ReadonlySet<string> = new Set([
  'Node Type',
  'Join Type',
  'Operation',
  'Relation Name',
  'Index Name',
  'Total Cost',
])

/** The planner's estimates. */
export const figures: ReadonlySet<string> = new Set(['Startup Cost', 'Total Cost', 'Plan Rows', 'Plan Width'])

const incidental: ReadonlySet<string> = new Set([
  'Output',
  'Plan Width',
  'Schema',
  'Startup Cost',
  'Parent Relationship',
])

/** The same plan with other fields. */
export function mapNodes(node: PlanNode, change: (node: PlanNode) => PlanNode): PlanNode {
  const { fields } = change(node)
  return { fields, children: node.children.map((child) => mapNodes(child, change)) }
}

/** Without usual values and without the least important fields. */
export function withoutIncidental(node: PlanNode): PlanNode {
  const { fields } = without(node, incidental)
  return { fields: Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== false)), children: [] }
}

export function without({ fields, children }: PlanNode, keys: ReadonlySet<string>): PlanNode {
  return { fields: Object.fromEntries(Object.entries(fields).filter(([key]) => !keys.has(key))), children }
}

/** What the node is, in names of at most so many characters. */
export function bare({ fields, children }: PlanNode, length: number): PlanNode {
  const kept = Object.entries(fields).filter(([key]) => essential.has(key))
  return withShortTexts({ fields: Object.fromEntries(kept), children }, length)
}

/** Texts, and lists as one, are cut in their middle: they are redacted. */
export function withShortTexts({ fields, children }: PlanNode, length: number): PlanNode {
  return {
    fields: Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, cut(value, length)])),
    children,
  }
}

function cut(value: PlanValue, length: number): PlanValue {
  const text = typeof value === 'object' && value !== null ? JSON.stringify(value) : value
  if (typeof text !== 'string' || text.length <= length) return value
  // Half of a character would be written as an escape.
  return `${text.slice(0, length).replace(/[\ud800-\udbff]$/, '')}…`
}

/**
 * What EXPLAIN (FORMAT JSON) calls its fields, of those whose values are the server's own words, figures or names of
 * objects. `shape` fields make one plan another than the last one; an alias isn't of the shape, a fingerprint ignores it.
 * Whatever key is missing here may hold a user's values.
 */
const planKeys = {
  Alias: { shape: false },
  'Async Capable': { shape: false },
  'CTE Name': { shape: true },
  Command: { shape: true },
  'Conflict Arbiter Indexes': { shape: true },
  'Conflict Resolution': { shape: true },
  'Custom Plan Provider': { shape: true },
  Disabled: { shape: false },
  'Function Name': { shape: true },
  'Index Name': { shape: true },
  'Inner Unique': { shape: false },
  'Join Type': { shape: true },
  'Node Type': { shape: true },
  Operation: { shape: true },
  'Parallel Aware': { shape: true },
  'Parent Relationship': { shape: true },
  'Partial Mode': { shape: true },
  'Plan Rows': { shape: false },
  'Plan Width': { shape: false },
  'Planned Partitions': { shape: false },
  'Relation Name': { shape: true },
  'Scan Direction': { shape: true },
  Schema: { shape: true },
  'Single Copy': { shape: false },
  'Startup Cost': { shape: false },
  Strategy: { shape: true },
  'Subplan Name': { shape: true },
  'Subplans Removed': { shape: false },
  'Total Cost': { shape: false },
  'Tuplestore Name': { shape: true },
  'Workers Planned': { shape: false },
} as const satisfies Readonly<Record<string, { readonly shape: boolean }>>

/** Whether values under the key are free of what users put into statements. */
export function isPlain(key: string): key is keyof typeof planKeys {
  return Object.hasOwn(planKeys, key)
}

/** Whether a value under the key tells one plan from another. */
export function isShape(key: string): boolean {
  return !isPlain(key) || planKeys[key].shape
}
