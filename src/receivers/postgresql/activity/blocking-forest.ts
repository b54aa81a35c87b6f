import type { LockGraph, LockNode, LockWait } from './lock-graph.ts'

/** Sessions that wait, directly or through others, for one that waits for nobody. */
export interface BlockingTree {
  /** What the root is known by while the same transaction goes on blocking. */
  readonly key: string
  readonly root: LockNode
  /** The root's transaction, where it is a prepared one. */
  readonly preparedTransaction: string | undefined
  /** Those of the graph that wait, the longest first; never empty. */
  readonly victims: readonly Victim[]
  /** All that wait: those of the graph, and those that wait for the same things as they do. */
  readonly victimCount: number
  /** From the root to the last waiter: 1 where all wait for the root itself. */
  readonly depth: number
  readonly longestWaitMs: number
}

export interface Victim {
  readonly node: LockNode
  readonly wait: LockWait
}

/** The way from a waiter to its root. */
interface Ascent {
  readonly victim: Victim
  readonly root: LockNode
  /** The last on the way that waits for the root. */
  readonly top: LockNode
  readonly steps: number
}

/**
 * Reduces the graph to trees. A deadlock in the making is a circle: it is cut above the session of it that has waited
 * longest, so that each session is in one tree and the same graph gives the same trees.
 */
export function blockingForest({ nodes }: Pick<LockGraph, 'nodes'>): BlockingTree[] {
  const byPid = new Map(nodes.map((node) => [node.pid, node]))
  const ascents = nodes
    .flatMap((node): Victim[] => (node.wait === undefined ? [] : [{ node, wait: node.wait }]))
    .sort((a, b) => byLongestWait(a.node, b.node))
    .map((victim) => ascend(victim, byPid))
    .filter(({ victim, root }) => victim.node !== root)
  const counted = new Set<string>()
  return [...Map.groupBy(ascents, keyOf)].flatMap(([key, members]) => {
    const [longest] = members
    return longest === undefined ? [] : [treeOf(key, longest, members, counted)]
  })
}

function treeOf(key: string, longest: Ascent, members: readonly Ascent[], counted: Set<string>): BlockingTree {
  const victims = members.map(({ victim }) => victim)
  return {
    key,
    root: longest.root,
    preparedTransaction: longest.top.wait?.preparedTransaction,
    victims,
    victimCount: Math.max(countWaiters(victims, counted), victims.length),
    depth: Math.max(...members.map(({ steps }) => steps)),
    longestWaitMs: longest.victim.wait.waitedMs,
  }
}

/** A process id is used again by another session, and prepared transactions have none. */
function keyOf({ root, top }: Ascent): string {
  if (root.pid === 0) return `prepared ${top.wait?.preparedTransaction ?? 'unknown'}`
  return `${root.pid} ${root.session?.backendStart ?? 'unknown'}`
}

function ascend(victim: Victim, byPid: ReadonlyMap<number, LockNode>): Ascent {
  const way: LockNode[] = [victim.node]
  for (let at: LockNode = victim.node; ; ) {
    const parent = at.parent === undefined ? undefined : byPid.get(at.parent)
    if (parent === undefined) return { victim, root: at, top: way.at(-2) ?? at, steps: way.length - 1 }
    const circle = way.indexOf(parent)
    if (circle >= 0) return cut(victim, way, circle)
    way.push(parent)
    at = parent
  }
}

/** @param circle the place on the way at which the circle begins */
function cut(victim: Victim, way: readonly LockNode[], circle: number): Ascent {
  const root = way.slice(circle).sort(byLongestWait)[0] ?? victim.node
  const steps = way.indexOf(root)
  return { victim, root, top: way[steps - 1] ?? root, steps }
}

function byLongestWait(a: LockNode, b: LockNode): number {
  return (b.wait?.waitedMs ?? 0) - (a.wait?.waitedMs ?? 0) || a.pid - b.pid
}

/** Many wait for one thing; they are counted in the tree of the one that has waited longest for it. */
function countWaiters(victims: readonly Victim[], counted: Set<string>): number {
  let count = 0
  for (const { wait } of victims) {
    if (!counted.has(wait.target)) count += wait.waiters
    counted.add(wait.target)
  }
  return count
}
