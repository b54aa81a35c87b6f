import { LineCounter, parseDocument } from 'yaml'
import type { Fault, Path, Position } from './fault.ts'
import { type Place, placeAt } from './place.ts'
import { syntaxFaults, unusableNodes } from './syntax.ts'

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

/**
 * Parses YAML 1.2 (core schema, with `<<` merges). Duplicate keys, bad indentation, unknown tags and unresolved aliases
 * are faults. No message repeats a value of the text: it may be a secret.
 */
export function parseYaml(file: string, text: string): ParsedYaml {
  const lines = new LineCounter()
  const parsed = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true, merge: true })
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset)
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  const faults = syntaxFaults([...parsed.errors, ...parsed.warnings], text, at)
  if (faults.length > 0) return { kind: 'faults', faults }
  const unusable = unusableNodes(parsed, at)
  if (unusable.length > 0) return { kind: 'faults', faults: unusable }

  let value: unknown
  try {
    value = parsed.toJS()
  } catch (error) {
    // Too many aliases, or a merge of something that isn't a map.
    const message = error instanceof Error ? error.message : 'unresolvable'
    return { kind: 'faults', faults: [{ position: at(0), path: [], message: `not valid YAML: ${message}` }] }
  }
  const offset = (place: Place): number => place?.range?.[0] ?? 0
  return {
    kind: 'ok',
    document: {
      file,
      value,
      position: (path) => at(offset(placeAt(parsed, path).value)),
      keyPosition: (path) => {
        const { key, value: found } = placeAt(parsed, path)
        return at(offset(key ?? found))
      },
    },
  }
}
