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
