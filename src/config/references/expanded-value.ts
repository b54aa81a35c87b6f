import { parseYaml } from '../../yaml/document.ts'
import type { Path } from '../../yaml/fault.ts'
import { type ConfigNode, documentNode, type ScalarNode, valueNode } from '../loading/config-node.ts'

/**
 * What a reference that is the whole value stands for: its text read as YAML, so that numbers, booleans, lists and maps
 * have their type. The text is kept beside it for fields that want a string; text that isn't YAML is just text.
 */
export function textNode(node: ScalarNode, text: string, hidden: boolean): ConfigNode {
  const { position, keyPosition } = node
  const asText: ConfigNode = { kind: 'scalar', position, keyPosition, hidden, value: text }
  const parsed = parseYaml(position.file, text)
  if (parsed.kind === 'faults' || typeof parsed.document.value === 'string') return asText
  const placing = { position: () => position, keyPosition: () => keyPosition, hidden }
  return { ...valueNode(parsed.document.value, placing), original: text }
}

/** The same for a file. One that is meant as YAML, by its name, keeps its own places, and its faults are reported. */
export function fileNode(node: ScalarNode, file: string, text: string, path: Path): ConfigNode {
  if (!/\.(?:ya?ml|json)$/i.test(file)) return textNode(node, text, true)
  const { position, keyPosition, hidden } = node
  const parsed = parseYaml(file, text)
  if (parsed.kind === 'faults') {
    return { kind: 'broken', position, keyPosition, hidden, faults: parsed.faults.map((fault) => ({ ...fault, path })) }
  }
  const found = documentNode(parsed.document)
  if (found.kind === 'map' || found.kind === 'list') return { ...found, keyPosition, original: text }
  return textNode(node, text, true)
}
