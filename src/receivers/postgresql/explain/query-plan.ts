import { createHash } from 'node:crypto'
import { isShape } from './plan-fields.ts'
import { type PlanNode, totalCost } from './plan-tree.ts'
import { reducePlan } from './reduce-plan.ts'

/** The plan of one statement, without literals, small enough for one attribute. */
export interface QueryPlan {
  readonly kind: 'plan'
  /** JSON of the form that EXPLAIN (FORMAT JSON) prints. */
  readonly json: string
  /** Something was left out of `json` for its size. */
  readonly reduced: boolean
  /** 16 hex digits of the plan's shape, costs and rows aside. */
  readonly hash: string
  /** The hash of the plan before it, if there was one and it was another. */
  readonly replaces: string | undefined
  /** The planner's estimate for the whole, in its own unit. */
  readonly totalCost: number
}

/** New Relic cuts longer strings of logs, in the middle of the JSON. */
const maxCharacters = 4_094

/**
 * @param root redacted
 * @param before the hash of this statement's last plan
 */
export function queryPlan(root: PlanNode, before: string | undefined): QueryPlan {
  const hash = planHash(root)
  const replaces = before === hash ? undefined : before
  return { kind: 'plan', ...reducePlan(root, maxCharacters), hash, replaces, totalCost: totalCost(root) }
}

/**
 * Tells plans of one statement apart: 16 hex digits of what they do (nodes, joins, relations, indexes, conditions), not
 * of what that may cost.
 * @param root redacted, so that the hash gives nothing of values away
 */
export function planHash(root: PlanNode): string {
  return createHash('sha256')
    .update(JSON.stringify(shapeOf(root)))
    .digest('hex')
    .slice(0, 16)
}

function shapeOf({ fields, children }: PlanNode): unknown {
  const shape = Object.entries(fields)
    .filter(([key]) => isShape(key))
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
  return [shape, children.map(shapeOf)]
}
