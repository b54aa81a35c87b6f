import type { ConfigNode } from './config-node.ts'

/** The later over the earlier: maps are merged key by key, anything else is replaced; a null (a bare key) erases. */
export function mergeNodes(earlier: ConfigNode, later: ConfigNode): ConfigNode {
  if (earlier.kind !== 'map' || later.kind !== 'map') return later
  const entries = new Map(earlier.entries)
  for (const [key, node] of later.entries) {
    const known = entries.get(key)
    entries.set(key, known === undefined ? node : mergeNodes(known, node))
  }
  // Merged, it is no longer what one reference's text says.
  const { position, keyPosition, hidden } = later
  return { kind: 'map', position, keyPosition, hidden: hidden && earlier.hidden, entries }
}
