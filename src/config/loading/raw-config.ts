import type { Fault, Path, Position } from '../../yaml/fault.ts'
import type { Places } from '../../yaml/zod-faults.ts'
import { type ConfigNode, childNode, doubtsOf } from './config-node.ts'
import { plainValue } from './plain-value.ts'

/** Merged and expanded configuration that no schema has seen yet. */
export interface RawConfig extends Places {
  readonly root: ConfigNode
  /** Plain objects, arrays and scalars, bare keys left out. It holds secrets in the clear: never print it. */
  readonly value: unknown
  /** What was read but isn't used, one sentence each, for the log. */
  readonly notes: readonly string[]
  /** Valid configuration that is probably a mistake. */
  readonly warnings: readonly Fault[]
}

export function rawConfig(root: ConfigNode, notes: readonly string[] = []): RawConfig {
  return {
    root,
    notes,
    warnings: doubtsOf(root),
    value: plainValue(root),
    position: (path) => nearestNode(root, path).position,
    keyPosition: (path) => nearestNode(root, path).keyPosition,
  }
}

/** The node at the path, if there is one. */
export function nodeAt(root: ConfigNode, path: Path): ConfigNode | undefined {
  let node: ConfigNode | undefined = root
  for (const step of path) {
    if (node === undefined) return undefined
    node = childNode(node, step)
  }
  return node
}

function nearestNode(root: ConfigNode, path: Path): { readonly position: Position; readonly keyPosition: Position } {
  let node = root
  for (const step of path) {
    const child = childNode(node, step)
    if (child === undefined) return node
    node = child
  }
  return node
}
