import { type Document, isScalar, visit, type YAMLError } from 'yaml'
import type { Fault, Position } from './fault.ts'

/** In the parser's own words these repeat a piece of the text. */
const wording: Readonly<Record<string, string>> = {
  BAD_DIRECTIVE: 'a line that starts with % is a directive; quote it, if it is text',
  BAD_DQ_ESCAPE: 'an escape that YAML does not know; write \\\\ for a backslash, or use single quotes',
  BAD_SCALAR_START: 'text that starts with a reserved character; quote it',
  DUPLICATE_KEY: 'this key stands in the same map a second time; keep one of them',
  TAG_RESOLVE_FAILED: 'an unknown tag; quote text that starts with !',
  UNEXPECTED_TOKEN: 'something stands here that does not belong; check the indentation, or quote the text',
}

const tabMessage = 'not valid YAML: Tabs are not allowed as indentation'

/** One fault a line: what follows the first is most often its echo. A tab throws out all lines around it. */
export function syntaxFaults(errors: readonly YAMLError[], text: string, at: (offset: number) => Position): Fault[] {
  const byLine = new Map<number, Fault>()
  for (const error of errors) {
    const position = at(error.pos[0])
    const message = `not valid YAML: ${wording[error.code] ?? error.message}`
    if (!byLine.has(position.line)) byLine.set(position.line, { position, path: [], message })
  }
  const lines = text.split('\n')
  const faults = [...byLine.values()]
  const tabs = faults.filter(({ position }) => /^ *\t/.test(lines[position.line - 1] ?? ''))
  return tabs.length > 0 ? tabs.map((fault) => ({ ...fault, message: tabMessage })) : faults
}

/** What is YAML but can't become plain data: aliases without an anchor, keys that aren't text. */
export function unusableNodes(parsed: Document, at: (offset: number) => Position): Fault[] {
  const faults: Fault[] = []
  const fault = (range: readonly number[] | null | undefined, message: string): void => {
    faults.push({ position: at(range?.[0] ?? 0), path: [], message: `not valid YAML: ${message}` })
  }
  visit(parsed, {
    Alias(_key, alias) {
      if (alias.resolve(parsed) === undefined) {
        fault(alias.range, 'an alias without its anchor; quote text that starts with *')
      }
    },
    Pair(_key, { key }) {
      if (!isScalar(key)) fault(rangeOf(key), 'a key must be text')
      // Plain objects would lose it without a word.
      else if (key.value === '__proto__') fault(key.range, 'a key that can not be used')
    },
  })
  return faults
}

function rangeOf(node: unknown): readonly number[] | undefined {
  return typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)
    ? node.range
    : undefined
}
