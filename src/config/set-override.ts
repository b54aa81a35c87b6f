import { parseYaml } from '../yaml/document.ts'
import type { Fault, Position } from '../yaml/fault.ts'
import { type ConfigNode, documentNode } from './config-node.ts'

export type ParsedOverride =
  | { readonly kind: 'ok'; readonly node: ConfigNode }
  | { readonly kind: 'faults'; readonly faults: readonly Fault[] }

/**
 * `--set a.b.c=value` as configuration. A segment in double quotes keeps its dots; the value is read as YAML.
 * @param number which `--set` of the command line it is, from 1: the line of its places
 */
export function parseOverride(text: string, number: number): ParsedOverride {
  const at = (offset: number): Position => ({ file: '--set', line: number, column: offset + 1 })
  const path = parsePath(text)
  if (path === undefined) {
    const message =
      'expected path=value, such as receivers.postgresql.endpoint=localhost:5432 (a name with dots in it: receivers."postgresql/a.b".endpoint)'
    return { kind: 'faults', faults: [{ position: at(0), path: [], message }] }
  }
  const value = text.slice(path.length)
  const parsed = parseYaml('--set', value)
  if (parsed.kind === 'faults') {
    const faults = parsed.faults.map(({ message }) => ({ position: at(path.length), path: path.segments, message }))
    return { kind: 'faults', faults }
  }
  const position = at(path.length)
  const document = { ...parsed.document, position: () => position, keyPosition: () => position }
  return { kind: 'ok', node: nest(path.segments, withOriginal(documentNode(document), value), at(0)) }
}

/** `--set ...password=0123` means the text, where a string is wanted. An empty value erases, as a bare key does. */
function withOriginal(node: ConfigNode, text: string): ConfigNode {
  return node.kind === 'scalar' && node.value !== null ? { ...node, original: text } : node
}

function nest(segments: readonly string[], leaf: ConfigNode, position: Position): ConfigNode {
  const [segment, ...rest] = segments
  if (segment === undefined) return leaf
  const child: ConfigNode = { ...nest(rest, leaf, position), keyPosition: position }
  return { kind: 'map', position, keyPosition: position, hidden: false, entries: new Map([[segment, child]]) }
}

interface OverridePath {
  readonly segments: readonly string[]
  /** Of the text up to and with the `=`. */
  readonly length: number
}

function parsePath(text: string): OverridePath | undefined {
  const segments: string[] = []
  const segment = /(?:"((?:[^"\\]|\\["\\])+)"|([^".=\s]+))([.=])/y
  for (;;) {
    const match = segment.exec(text)
    if (match === null) return undefined
    const [, quoted, bare = '', separator] = match
    const name = quoted?.replace(/\\(["\\])/g, '$1') ?? bare
    // Plain objects would lose it without a word.
    if (name === '__proto__') return undefined
    segments.push(name)
    if (separator === '=') return { segments, length: segment.lastIndex }
  }
}
