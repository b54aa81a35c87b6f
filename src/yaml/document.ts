import { isAlias, isMap, isNode, isPair, isScalar, isSeq, LineCounter, parseDocument } from 'yaml'
import type { Node } from 'yaml'
import type { Fault, Path, Position } from './fault.ts'

/** A YAML file as plain data that knows where everything stands. */
export interface YamlDocument {
  readonly file: string
  /** Plain objects, arrays and scalars; `null` for an empty file. */
  readonly value: unknown
  /** Where the value at the path stands; the nearest parent that exists, if it doesn't. */
  position(path: Path): Position
  /** Where the last key of the path stands (its value's place, if it is a list entry). */
  keyPosition(path: Path): Position
}

export type ParsedYaml =
  | { readonly kind: 'ok'; readonly document: YamlDocument }
  | { readonly kind: 'faults'; readonly faults: readonly Fault[] }

/** Parses YAML 1.2 (core schema). Duplicate keys, bad indentation and unresolved aliases are faults. */
export function parseYaml(file: string, text: string): ParsedYaml {
  const lines = new LineCounter()
  const parsed = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true })
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset)
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  if (parsed.errors.length > 0) {
    return {
      kind: 'faults',
      faults: parsed.errors.map((error) => ({
        position: at(error.pos[0]),
        path: [],
        message: `not valid YAML: ${error.message}`,
      })),
    }
  }

  const walk = (path: Path): { key: Node | undefined; value: Node | undefined } => {
    let key: Node | undefined
    let value: Node | undefined = isNode(parsed.contents) ? parsed.contents : undefined
    for (const step of path) {
      const container: Node | undefined = isAlias(value) ? value.resolve(parsed) : value
      if (isMap(container)) {
        const pair = container.items.find((item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(step))
        if (pair === undefined) return { key, value }
        key = isNode(pair.key) ? pair.key : key
        value = isNode(pair.value) && pair.value.range ? pair.value : key
      } else if (isSeq(container)) {
        const item = container.items[Number(step)]
        if (!isNode(item)) return { key, value }
        key = item
        value = item
      } else {
        return { key, value }
      }
    }
    return { key, value }
  }
  const positionOf = (node: Node | undefined): Position => at(node?.range?.[0] ?? 0)

  let value: unknown
  try {
    value = parsed.toJS()
  } catch (error) {
    // An alias without its anchor, or too many aliases.
    const message = error instanceof Error ? error.message : 'unresolvable'
    return { kind: 'faults', faults: [{ position: at(0), path: [], message: `not valid YAML: ${message}` }] }
  }
  return {
    kind: 'ok',
    document: {
      file,
      value,
      position: (path) => positionOf(walk(path).value),
      keyPosition: (path) => {
        const { key, value: found } = walk(path)
        return positionOf(key ?? found)
      },
    },
  }
}
