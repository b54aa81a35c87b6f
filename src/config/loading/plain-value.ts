import type { Path } from '../../yaml/fault.ts'
import type { ConfigNode } from './config-node.ts'

/**
 * Plain data of a node. A bare key is left out: it says "not set".
 * @param asText whether the value at this path (from the node) is wanted as the text that it was made of
 */
export function plainValue(node: ConfigNode, asText: (path: Path) => boolean = () => false, path: Path = []): unknown {
  if (node.original !== undefined && asText(path)) return node.original
  switch (node.kind) {
    case 'map':
      return Object.fromEntries(
        [...node.entries].flatMap(([key, child]) =>
          isBare(child) ? [] : [[key, plainValue(child, asText, [...path, key])]],
        ),
      )
    case 'list':
      return node.items.map((item, index) => plainValue(item, asText, [...path, index]))
    case 'scalar':
      return node.value
    case 'broken':
      return null
    default:
      return node satisfies never
  }
}

/** A null that somebody wrote, not an empty variable: that one is an empty text where a string is expected. */
function isBare(node: ConfigNode): boolean {
  return node.kind === 'scalar' && node.value === null && node.original === undefined
}
