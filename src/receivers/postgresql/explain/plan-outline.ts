import { bare, figures, without } from './plan-fields.ts'
import { nodeCount, type PlanNode, totalCost } from './plan-tree.ts'

/** From the root down: at each node the place of its most expensive child. */
export function expensivePath(root: PlanNode): readonly number[] {
  const path: number[] = []
  for (let node = root; node.children.length > 0; ) {
    const place = node.children.reduce((best, child, index) => {
      const dearest = node.children[best]
      return dearest !== undefined && totalCost(child) > totalCost(dearest) ? index : best
    }, 0)
    path.push(place)
    node = node.children[place] ?? { fields: {}, children: [] }
  }
  return path
}

/** Every subtree off the path whose cost is that or less becomes its first node. */
export function sumUp(node: PlanNode, path: readonly number[], cost: number): PlanNode {
  const [place, ...rest] = path
  const children = node.children.map((child, index) => {
    if (index === place) return sumUp(child, rest, cost)
    return totalCost(child) <= cost ? summary(child) : sumUp(child, [], cost)
  })
  return { fields: node.fields, children }
}

/** The path, and at each level so many of the most expensive nodes beside it; a note says how many are missing. */
export function alongPath(node: PlanNode, [place, ...rest]: readonly number[], beside: number): PlanNode {
  const child = place === undefined ? undefined : node.children[place]
  if (child === undefined) return { fields: node.fields, children: [] }
  const others = node.children
    .filter((_, index) => index !== place)
    .toSorted((left, right) => totalCost(right) - totalCost(left))
  const missing = others.slice(beside).reduce((sum, other) => sum + nodeCount(other), 0)
  const note = missing === 0 ? [] : [{ fields: { 'Node Type': leftOut(missing) }, children: [] }]
  const kept = others.slice(0, beside).map(summary)
  return { fields: node.fields, children: [alongPath(child, rest, beside), ...kept, ...note] }
}

/** The plan down to so many levels along the path. */
export function trimmed(node: PlanNode, [place, ...rest]: readonly number[], depth: number): PlanNode {
  if (depth === 0) return summary(node)
  const children = node.children.map((child, index) => (index === place ? trimmed(child, rest, depth - 1) : child))
  return { fields: node.fields, children }
}

function summary(node: PlanNode): PlanNode {
  const { fields } = without(bare(node, 63), figures)
  const below = nodeCount(node) - 1
  return { fields: below === 0 ? fields : { ...fields, Plans: leftOut(below) }, children: [] }
}

function leftOut(nodes: number): string {
  return `${nodes} more ${nodes === 1 ? 'node' : 'nodes'}`
}
