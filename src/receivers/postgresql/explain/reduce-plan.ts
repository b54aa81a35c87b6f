import { bare, figures, mapNodes, without, withoutIncidental, withShortTexts } from './plan-fields.ts'
import { alongPath, expensivePath, sumUp, trimmed } from './plan-outline.ts'
import { type PlanNode, renderPlan, totalCost } from './plan-tree.ts'

export interface ReducedPlan {
  /** JSON of the form that EXPLAIN prints. */
  readonly json: string
  /** Something of the plan was left out. */
  readonly reduced: boolean
}

/** A node below this part of the plan's cost is cheap. */
const cheapShare = 0.05

/**
 * The plan as JSON of at most so many characters. What matters least goes first: output lists and what is usual, the
 * figures of cheap nodes, the ends of long conditions, cheap subtrees, conditions. The root and the way to the most
 * expensive leaf stay as far down as there is room.
 * @param root redacted: a condition may be cut in its middle here
 * @param limit in UTF-16 units, 200 at least
 */
export function reducePlan(root: PlanNode, limit: number): ReducedPlan {
  const whole = renderPlan(root)
  if (whole.length <= limit) return { json: whole, reduced: false }
  for (const step of steps(root, limit)) {
    const json = renderPlan(step())
    if (json.length <= limit) return { json, reduced: true }
  }
  return { json: renderPlan({ fields: bare(root, 20).fields, children: [] }), reduced: true }
}

/** Smaller and smaller versions of the plan, each made when the one before it was too large. */
function steps(root: PlanNode, limit: number): readonly (() => PlanNode)[] {
  const path = expensivePath(root)
  const threshold = totalCost(root) * cheapShare
  const plainer = mapNodes(root, withoutIncidental)
  const frugal = mapNodes(plainer, (node) => (totalCost(node) < threshold ? without(node, figures) : node))
  const shortened = (length: number) => mapNodes(frugal, (node) => withShortTexts(node, length))
  const names = () => mapNodes(root, (node) => bare(node, 63))
  const fits = (node: PlanNode) => renderPlan(node).length <= limit
  return [
    () => plainer,
    () => frugal,
    () => shortened(300),
    () => collapsed(shortened(300), path, fits),
    () => collapsed(shortened(80), path, fits),
    () => collapsed(names(), path, fits),
    () => cutBelow(names(), path, fits),
  ]
}

/** Sums up subtrees off the path, the cheapest first and no more than it takes; then leaves them out in the same order. */
function collapsed(root: PlanNode, path: readonly number[], fits: (node: PlanNode) => boolean): PlanNode {
  const costs = [...new Set(costsOf(root))].toSorted((left, right) => left - right)
  const at = (index: number) => sumUp(root, path, costs[index] ?? Number.POSITIVE_INFINITY)
  const index = firstIndex(costs.length, (each) => fits(at(each)))
  if (index < costs.length) return at(index)
  const widest = widestOf(root)
  const removed = firstIndex(widest, (each) => fits(alongPath(root, path, widest - each)))
  return alongPath(root, path, widest - removed)
}

function widestOf({ children }: PlanNode): number {
  return children.reduce((widest, child) => Math.max(widest, widestOf(child)), children.length)
}

function costsOf(node: PlanNode): number[] {
  return [totalCost(node), ...node.children.flatMap(costsOf)]
}

/** The longest beginning of the path that fits. */
function cutBelow(root: PlanNode, path: readonly number[], fits: (node: PlanNode) => boolean): PlanNode {
  const at = (depth: number) => alongPath(trimmed(root, path, depth), path.slice(0, depth), 0)
  const removed = firstIndex(path.length, (each) => fits(at(path.length - each)))
  return at(path.length - removed)
}

/** The first of `count` numbers for which it holds; `count` if none. If it holds for one, it holds for all larger ones. */
function firstIndex(count: number, holds: (index: number) => boolean): number {
  let low = 0
  let high = count
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (holds(middle)) high = middle
    else low = middle + 1
  }
  return low
}
