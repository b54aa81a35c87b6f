import { nodeCount, type PlanNode, type PlanValue, renderPlan, totalCost } from './plan-tree.ts'

export interface ReducedPlan {
  /** JSON of the form that EXPLAIN prints. */
  readonly json: string
  /** Something of the plan was left out. */
  readonly reduced: boolean
}

/** What a node keeps when everything else of it goes. */
const essential: ReadonlySet<string> = new Set([
  'Node Type',
  'Join Type',
  'Operation',
  'Relation Name',
  'Index Name',
  'Total Cost',
])
const figures: ReadonlySet<string> = new Set(['Startup Cost', 'Total Cost', 'Plan Rows', 'Plan Width'])
const incidental: ReadonlySet<string> = new Set([
  'Output',
  'Plan Width',
  'Schema',
  'Startup Cost',
  'Parent Relationship',
])
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
  const fits = (node: PlanNode) => renderPlan(node).length <= limit
  return [
    () => plainer,
    () => frugal,
    () => shortened(300),
    () => collapsed(shortened(300), path, fits),
    () => collapsed(shortened(80), path, fits),
    () =>
      collapsed(
        mapNodes(root, (node) => bare(node, 63)),
        path,
        fits,
      ),
    () =>
      cutBelow(
        mapNodes(root, (node) => bare(node, 63)),
        path,
        fits,
      ),
  ]
}

/** From the root down: at each node the place of its most expensive child. */
function expensivePath(root: PlanNode): readonly number[] {
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

/** Sums up subtrees off the path, the cheapest first and no more than it takes; in the end all of them, to one note. */
function collapsed(root: PlanNode, path: readonly number[], fits: (node: PlanNode) => boolean): PlanNode {
  const costs = [...new Set(costsOf(root))].toSorted((left, right) => left - right)
  const at = (index: number) => sumUp(root, path, costs[index] ?? Number.POSITIVE_INFINITY)
  const index = firstIndex(costs.length, (each) => fits(at(each)))
  return index < costs.length ? at(index) : onlyPath(root, path)
}

function costsOf(node: PlanNode): number[] {
  return [totalCost(node), ...node.children.flatMap(costsOf)]
}

/** Every subtree off the path whose cost is that or less becomes its first node. */
function sumUp(node: PlanNode, path: readonly number[], cost: number): PlanNode {
  const [place, ...rest] = path
  const children = node.children.map((child, index) => {
    if (index === place) return sumUp(child, rest, cost)
    return totalCost(child) <= cost ? summary(child) : sumUp(child, [], cost)
  })
  return { fields: node.fields, children }
}

function summary(node: PlanNode): PlanNode {
  const { fields } = without(bare(node, 63), figures)
  const below = nodeCount(node) - 1
  return { fields: below === 0 ? fields : { ...fields, Plans: leftOut(below) }, children: [] }
}

/** The path alone: beside its node each level has one note of how many nodes are left out. */
function onlyPath(node: PlanNode, [place, ...rest]: readonly number[]): PlanNode {
  const child = place === undefined ? undefined : node.children[place]
  if (child === undefined) return { fields: node.fields, children: [] }
  const others = nodeCount(node) - 1 - nodeCount(child)
  const note = others === 0 ? [] : [{ fields: { 'Node Type': leftOut(others) }, children: [] }]
  return { fields: node.fields, children: [onlyPath(child, rest), ...note] }
}

/** The longest beginning of the path that fits. */
function cutBelow(root: PlanNode, path: readonly number[], fits: (node: PlanNode) => boolean): PlanNode {
  const at = (depth: number) => onlyPath(trimmed(root, path, depth), path.slice(0, depth))
  const removed = firstIndex(path.length, (each) => fits(at(path.length - each)))
  return at(path.length - removed)
}

/** The plan down to so many levels along the path. */
function trimmed(node: PlanNode, [place, ...rest]: readonly number[], depth: number): PlanNode {
  if (depth === 0) return summary(node)
  const children = node.children.map((child, index) => (index === place ? trimmed(child, rest, depth - 1) : child))
  return { fields: node.fields, children }
}

/** The first of `count` numbers for which it holds; `count` if it holds for none. What holds once holds from there on. */
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

function mapNodes(node: PlanNode, change: (node: PlanNode) => PlanNode): PlanNode {
  const { fields } = change(node)
  return { fields, children: node.children.map((child) => mapNodes(child, change)) }
}

function withoutIncidental(node: PlanNode): PlanNode {
  const { fields } = without(node, incidental)
  return { fields: Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== false)), children: [] }
}

function without({ fields, children }: PlanNode, keys: ReadonlySet<string>): PlanNode {
  return { fields: Object.fromEntries(Object.entries(fields).filter(([key]) => !keys.has(key))), children }
}

function bare({ fields, children }: PlanNode, length: number): PlanNode {
  const kept = Object.entries(fields).filter(([key]) => essential.has(key))
  return withShortTexts({ fields: Object.fromEntries(kept), children }, length)
}

function withShortTexts({ fields, children }: PlanNode, length: number): PlanNode {
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

function leftOut(nodes: number): string {
  return `${nodes} more ${nodes === 1 ? 'node' : 'nodes'}`
}
