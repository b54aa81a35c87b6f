import { z } from 'zod'

export type PlanValue = string | number | boolean | null | readonly PlanValue[] | { readonly [key: string]: PlanValue }

/** A node of a plan: EXPLAIN's fields but `Plans`, and the nodes below it. */
export interface PlanNode {
  readonly fields: Readonly<Record<string, PlanValue>>
  readonly children: readonly PlanNode[]
}

const explained = z.array(z.looseObject({ Plan: z.record(z.string(), z.unknown()) })).length(1)

/** Reads what EXPLAIN (FORMAT JSON) printed; `undefined` if it is something else. */
export function parsePlan(json: string): PlanNode | undefined {
  const result = explained.safeParse(parsedOrUndefined(json))
  return result.success ? nodeOf(result.data[0]?.Plan ?? {}) : undefined
}

/** As EXPLAIN prints it, without the white space. */
export function renderPlan(root: PlanNode): string {
  return JSON.stringify([{ Plan: rendered(root) }])
}

export function totalCost({ fields }: PlanNode): number {
  const cost = fields['Total Cost']
  return typeof cost === 'number' ? cost : 0
}

/** How many nodes the plan has. */
export function nodeCount(node: PlanNode): number {
  return node.children.reduce((sum, child) => sum + nodeCount(child), 1)
}

function rendered({ fields, children }: PlanNode): PlanValue {
  return children.length === 0 ? fields : { ...fields, Plans: children.map(rendered) }
}

function nodeOf(plan: Readonly<Record<string, unknown>>): PlanNode {
  const { Plans: below, ...rest } = plan
  const fields = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, planValue(value)]))
  return { fields, children: Array.isArray(below) ? below.filter(isRecord).map(nodeOf) : [] }
}

function planValue(value: unknown): PlanValue {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  if (Array.isArray(value)) return value.map(planValue)
  if (!isRecord(value)) return null
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, planValue(inner)]))
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function parsedOrUndefined(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    // A text that isn't JSON is no plan either.
    return undefined
  }
}
