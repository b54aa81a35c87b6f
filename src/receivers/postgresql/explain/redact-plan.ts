import { isPlain } from './plan-fields.ts'
import type { PlanNode, PlanValue } from './plan-tree.ts'

/** What stands for a text whose literals couldn't be replaced. */
const unknownText = '?'

/** Every text of the plan that may hold a user's values: conditions, sort keys, and whatever key isn't known. */
export function fragmentsOf(node: PlanNode): string[] {
  const own = Object.entries(node.fields).flatMap(([key, value]) => fragmentsUnder(key, value))
  return [...own, ...node.children.flatMap(fragmentsOf)]
}

/** The plan with its fragments replaced; numbers under keys that aren't known are left out. */
export function redactPlan(node: PlanNode, redacted: ReadonlyMap<string, string | undefined>): PlanNode {
  const fields = cleaned(node.fields, redacted)
  return { fields, children: node.children.map((child) => redactPlan(child, redacted)) }
}

function fragmentsUnder(key: string, value: PlanValue): string[] {
  if (typeof value === 'string') return isPlain(key) ? [] : [value]
  if (typeof value !== 'object' || value === null) return []
  if (isList(value)) return value.flatMap((inner) => fragmentsUnder(key, inner))
  return Object.entries(value).flatMap(([name, inner]) => fragmentsUnder(name, inner))
}

function redactUnder(
  key: string,
  value: PlanValue,
  redacted: ReadonlyMap<string, string | undefined>,
): PlanValue | undefined {
  if (typeof value === 'string') return isPlain(key) ? value : (redacted.get(value) ?? unknownText)
  if (typeof value !== 'object' || value === null) return isPlain(key) ? value : undefined
  if (isList(value)) {
    return value.map((inner) => redactUnder(key, inner, redacted)).filter((inner) => inner !== undefined)
  }
  return cleaned(value, redacted)
}

function cleaned(
  values: Readonly<Record<string, PlanValue>>,
  redacted: ReadonlyMap<string, string | undefined>,
): Readonly<Record<string, PlanValue>> {
  const entries = Object.entries(values).flatMap(([key, value]) => {
    const clean = redactUnder(key, value, redacted)
    return clean === undefined ? [] : [[key, clean] as const]
  })
  return Object.fromEntries(entries)
}

/** Array.isArray doesn't narrow a readonly array away. */
function isList(value: PlanValue): value is readonly PlanValue[] {
  return Array.isArray(value)
}
