import { isMap, isNode, isScalar, isSeq, parseDocument } from 'yaml'
import { type Section, sections } from '../../src/metadata/draft.ts'

/** Where an entry begins in the text: its key, or its dash. */
interface Start {
  readonly name: string
  readonly line: number
  readonly indent: number
}

/**
 * Puts the entries of every section in the order of their names: then they are found without a search and two branches'
 * entries merge without conflicts. An entry stays as it is written, with the comments above it.
 * @throws Error where an alias would come before its anchor, or where it isn't YAML
 */
export function sortEntries(text: string): string {
  // Configuration keys that belong together stand together.
  const sorted = sections.filter((section) => section !== 'config').reduce(sortSection, text)
  if (sorted !== text) parseDocument(sorted).toJS()
  return sorted
}

function sortSection(text: string, section: Section): string {
  const starts = startsOf(text, section)
  const [first] = starts
  if (first === undefined) return text
  const lines = text.split('\n')
  const begins = starts.map((start) => withComments(lines, start))
  const end = endOf(lines, starts.at(-1) ?? first)
  const entries = starts.map(({ name }, at) => ({ name, lines: lines.slice(begins[at], begins[at + 1] ?? end) }))
  const sorted = entries.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
  return lines
    .toSpliced(begins[0] ?? end, end - (begins[0] ?? end), ...sorted.flatMap((entry) => entry.lines))
    .join('\n')
}

/** None where the section isn't written as a block: what stands in one line has no lines to sort. */
function startsOf(text: string, section: Section): Start[] {
  const parsed = parseDocument(text)
  const [error] = parsed.errors
  if (error !== undefined) throw error
  const container = parsed.getIn(section === 'telemetry.metrics' ? ['telemetry', 'metrics'] : [section], true)
  const startAt = (name: string, offset: number): Start => {
    const before = text.slice(0, offset).split('\n')
    return { name, line: before.length - 1, indent: /^ */.exec(before.at(-1) ?? '')?.[0].length ?? 0 }
  }
  if (isMap(container) && container.flow !== true) {
    return container.items.flatMap(({ key }) =>
      isScalar(key) && key.range ? [startAt(String(key.value), key.range[0])] : [],
    )
  }
  if (isSeq(container) && container.flow !== true) {
    return container.items.flatMap((item) =>
      isNode(item) && item.range ? [startAt(isMap(item) ? String(item.get('type')) : '', item.range[0])] : [],
    )
  }
  return []
}

/** The line of the first comment that stands right above the entry, as far to the right as it. */
function withComments(lines: readonly string[], { line, indent }: Start): number {
  const comment = `${' '.repeat(indent)}#`
  let first = line
  while (first > 0 && lines[first - 1]?.startsWith(comment) === true) first -= 1
  return first
}

/** The line after the section's last entry, without blank lines. */
function endOf(lines: readonly string[], { line, indent }: Start): number {
  let end = line + 1
  for (let at = end; at < lines.length; at++) {
    const text = lines[at] ?? ''
    if (text.trim() === '') continue
    if (text.search(/\S/) <= indent) break
    end = at + 1
  }
  return end
}
