import { createHash } from 'node:crypto'
import { isShape } from './plan-keys.ts'
import type { PlanNode } from './plan-tree.ts'

/**
 * Tells plans of one statement apart: 16 hex digits of what they do (nodes, joins, relations, indexes, conditions), not
 * of what that may cost.
 * @param root redacted, so that the hash tells nothing of values either
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
