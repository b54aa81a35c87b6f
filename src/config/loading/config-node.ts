import type { YamlDocument } from '../../yaml/document.ts'
import type { Fault, Path, Position } from '../../yaml/fault.ts'

/** A piece of raw configuration that knows where it comes from. */
export type ConfigNode = MapNode | ListNode | ScalarNode | BrokenNode

interface Origin {
  readonly position: Position
  /** Where the key that holds it stands. */
  readonly keyPosition: Position
  /** Comes from the environment or a file that a reference names: never to be shown, nor anything below it. */
  readonly hidden: boolean
  /** The text that a value was made of, where a string may be meant: `0123` of the number 123. */
  readonly original?: string
  /** Why it is probably a mistake; it never shows the value. */
  readonly doubt?: string
}

export interface MapNode extends Origin {
  readonly kind: 'map'
  readonly entries: ReadonlyMap<string, ConfigNode>
}

export interface ListNode extends Origin {
  readonly kind: 'list'
  readonly items: readonly ConfigNode[]
}

export interface ScalarNode extends Origin {
  readonly kind: 'scalar'
  readonly value: string | number | boolean | null
}

/** A value that could not be expanded. It counts only if nothing replaces it. */
export interface BrokenNode extends Origin {
  readonly kind: 'broken'
  readonly faults: readonly Fault[]
}

/** How the parts of a value are placed. */
export interface Placing {
  position(path: Path): Position
  keyPosition(path: Path): Position
  readonly hidden: boolean
}

/** The nodes of a YAML document. */
export function documentNode(document: YamlDocument): ConfigNode {
  const { position, keyPosition } = document
  return valueNode(document.value, { position, keyPosition, hidden: false })
}

/** The nodes of plain data: objects, arrays, strings, numbers, booleans and null. */
export function valueNode(value: unknown, placing: Placing, path: Path = []): ConfigNode {
  const origin: Origin = {
    position: placing.position(path),
    keyPosition: placing.keyPosition(path),
    hidden: placing.hidden,
  }
  if (Array.isArray(value)) {
    return { ...origin, kind: 'list', items: value.map((item, index) => valueNode(item, placing, [...path, index])) }
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(
      ([key, child]) => [key, valueNode(child, placing, [...path, key])] as const,
    )
    return { ...origin, kind: 'map', entries: new Map(entries) }
  }
  const isScalar = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
  return { ...origin, kind: 'scalar', value: isScalar ? value : null }
}

export function childNode(node: ConfigNode, step: string | number): ConfigNode | undefined {
  if (node.kind === 'map') return node.entries.get(String(step))
  return node.kind === 'list' ? node.items[Number(step)] : undefined
}

/** Everything below the node that could not be expanded. */
export function brokenFaults(node: ConfigNode): readonly Fault[] {
  switch (node.kind) {
    case 'broken':
      return node.faults
    case 'map':
      return [...node.entries.values()].flatMap(brokenFaults)
    case 'list':
      return node.items.flatMap(brokenFaults)
    case 'scalar':
      return []
    default:
      return node satisfies never
  }
}

/** What is probably a mistake at the node and below it, as warnings. */
export function doubtsOf(node: ConfigNode, path: Path = []): Fault[] {
  const own = node.doubt === undefined ? [] : [{ position: node.position, path, message: node.doubt }]
  switch (node.kind) {
    case 'map':
      return [...own, ...[...node.entries].flatMap(([key, child]) => doubtsOf(child, [...path, key]))]
    case 'list':
      return [...own, ...node.items.flatMap((child, index) => doubtsOf(child, [...path, index]))]
    case 'scalar':
    case 'broken':
      return own
    default:
      return node satisfies never
  }
}
