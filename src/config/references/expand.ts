import type { Path } from '../../yaml/fault.ts'
import type { ConfigNode, ScalarNode } from '../loading/config-node.ts'
import { fileNode, textNode } from './expanded-value.ts'
import { maxNesting, type Part, parseReferences } from './reference.ts'
import { type Resolved, resolveParts, type Sources } from './resolve.ts'

/**
 * Expands the references in every text below the node. What can't be expanded becomes a broken node, so that it counts
 * only if no later configuration replaces it.
 *
 * What a variable or a file of text holds is taken as it is. A file that holds a map or a list is configuration: its
 * own references are expanded too.
 */
export async function expandNode(node: ConfigNode, sources: Sources, path: Path = [], depth = 0): Promise<ConfigNode> {
  switch (node.kind) {
    case 'map': {
      const entries = new Map<string, ConfigNode>()
      for (const [key, child] of node.entries) {
        entries.set(key, await expandNode(child, sources, [...path, key], depth))
      }
      return { ...node, entries }
    }
    case 'list': {
      const items: ConfigNode[] = []
      for (const [index, item] of node.items.entries()) {
        items.push(await expandNode(item, sources, [...path, index], depth))
      }
      return { ...node, items }
    }
    case 'scalar':
      return typeof node.value === 'string' && node.value.includes('$')
        ? expandText(node, node.value, sources, path, depth)
        : node
    case 'broken':
      return node
    default:
      return node satisfies never
  }
}

async function expandText(
  node: ScalarNode,
  text: string,
  sources: Sources,
  path: Path,
  depth: number,
): Promise<ConfigNode> {
  const broken = (messages: readonly string[]): ConfigNode => {
    const { position, keyPosition, hidden } = node
    return {
      kind: 'broken',
      position,
      keyPosition,
      hidden,
      faults: messages.map((message) => ({ position, path, message })),
    }
  }
  if (depth >= maxNesting) return broken([`files refer to each other more than ${maxNesting} deep`])
  const parsed = parseReferences(text)
  if (parsed.kind === 'fault') return broken([parsed.message])
  if (looksLikeVariable(text)) return { ...node, doubt: takenAsItIs }
  const resolved = await resolveParts(parsed.parts, sources, node.position.file)
  if (resolved.kind === 'faults') return broken(resolved.messages)
  if (!isWholeReference(parsed.parts)) return { ...node, value: resolved.text, hidden: node.hidden || resolved.hidden }
  return wholeValue(node, resolved, sources, path, depth)
}

async function wholeValue(
  node: ScalarNode,
  resolved: Extract<Resolved, { kind: 'ok' }>,
  sources: Sources,
  path: Path,
  depth: number,
): Promise<ConfigNode> {
  if (resolved.file === undefined) return textNode(node, resolved.text, resolved.hidden)
  const found = fileNode(node, resolved.file, resolved.text, path)
  return found.kind === 'map' || found.kind === 'list' ? expandNode(found, sources, path, depth + 1) : found
}

/** The name isn't repeated: it may be a password. */
const takenAsItIs = `looks like a variable of a shell, and is taken as it stands; write \${env:NAME} for the variable, or $$ for a dollar`

/** `$NAME` alone, or before what goes on as an address or a path does. */
function looksLikeVariable(text: string): boolean {
  return /^\$(?:[A-Za-z_]\w*$|[A-Z_][A-Z0-9_]*[:/@])/.test(text)
}

function isWholeReference(parts: readonly Part[]): boolean {
  return parts.length === 1 && parts[0]?.kind === 'reference'
}
