import { parseYaml } from '../../yaml/document.ts'
import type { Fault, Position } from '../../yaml/fault.ts'
import { type ConfigNode, documentNode } from './config-node.ts'
import { type KnownKeys, type Piece, readPath } from './override-path.ts'

export type ParsedOverride =
  | { readonly kind: 'ok'; readonly node: ConfigNode }
  | { readonly kind: 'faults'; readonly faults: readonly Fault[] }

/**
 * `--set a.b.c=value` as configuration. Where a known key has dots the longest that fits is taken; a segment in double
 * quotes keeps its dots. The value is read as YAML.
 * @param number which `--set` of the command line it is, from 1: the line of its places
 */
export function parseOverride(text: string, number: number, known: KnownKeys = () => []): ParsedOverride {
  const at = (offset: number): Position => ({ file: '--set', line: number, column: offset + 1 })
  const fault = (message: string): ParsedOverride => {
    return { kind: 'faults', faults: [{ position: at(0), path: [], message }] }
  }
  const written = parsePath(text)
  if (written === undefined) {
    return fault(
      'expected path=value, such as receivers.postgresql.endpoint=localhost:5432 (a name with dots in it: receivers."postgresql/a.b".endpoint)',
    )
  }
  const path = readPath(written.pieces, known)
  if (path.kind === 'ambiguous') {
    return fault(
      `can be read in more than one way; quote what belongs together: ${path.readings.map(show).join(' or ')}`,
    )
  }
  const value = text.slice(written.length)
  const position = at(written.length)
  const parsed = parseYaml('--set', value)
  if (parsed.kind === 'faults') {
    return { kind: 'faults', faults: parsed.faults.map(({ message }) => ({ position, path: path.keys, message })) }
  }
  const document = { ...parsed.document, position: () => position, keyPosition: () => position }
  return { kind: 'ok', node: nest(path.keys, withOriginal(documentNode(document), value), at(0)) }
}

function show(keys: readonly string[]): string {
  return keys.map((key) => (key.includes('.') ? `"${key}"` : key)).join('.')
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

interface WrittenPath {
  readonly pieces: readonly Piece[]
  /** Of the text up to and with the `=`. */
  readonly length: number
}

function parsePath(text: string): WrittenPath | undefined {
  const pieces: Piece[] = []
  const segment = /(?:"((?:[^"\\]|\\["\\])+)"|([^".=\s]+))([.=])/y
  for (;;) {
    const match = segment.exec(text)
    if (match === null) return undefined
    const [, quoted, bare = '', separator] = match
    const name = quoted?.replace(/\\(["\\])/g, '$1') ?? bare
    // A plain object would lose this key silently.
    if (name === '__proto__') return undefined
    pieces.push({ text: name, quoted: quoted !== undefined })
    if (separator === '=') return { pieces, length: segment.lastIndex }
  }
}
