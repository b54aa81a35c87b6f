import { globSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { parseYaml, type YamlDocument } from '../yaml/document.ts'
import { type Fault, renderPosition } from '../yaml/fault.ts'

/** A metadata file and all that it includes. */
export interface IncludedFiles {
  /** Itself first, then the others in the order in which they are named; without those that aren't YAML. */
  readonly documents: readonly YamlDocument[]
  readonly faults: readonly Fault[]
}

/** Where the file is named, from the first file on: the place of each `include` entry. */
type Way = readonly { readonly file: string; readonly place: string }[]

type Say = (message: string) => void

/**
 * Reads the files that `include` names: files or globs, relative to the file that includes them. Each is read once, so
 * that its entries stand in one place.
 * @param text of the file itself, which isn't read
 */
export function readIncluded(file: string, text: string): IncludedFiles {
  const documents: YamlDocument[] = []
  const faults: Fault[] = []
  /** By absolute path: where the file is included. */
  const known = new Map<string, string>()

  const add = (name: string, content: string, way: Way): void => {
    const parsed = parseYaml(name, content)
    if (parsed.kind === 'faults') {
      faults.push(...parsed.faults)
      return
    }
    const { document } = parsed
    documents.push(document)
    for (const [index, pattern] of patterns(document.value).entries()) {
      const path = ['include', index]
      const position = document.position(path)
      const say: Say = (message) => faults.push({ position, path, message })
      const step = { file: name, place: renderPosition(position) }
      for (const found of filesOf(name, pattern, say)) include(found, [...way, step], say)
    }
  }

  const include = (name: string, way: Way, say: Say): void => {
    const begin = way.findIndex((step) => resolve(step.file) === resolve(name))
    if (begin >= 0) {
      const places = way.slice(begin).map(({ place }) => place)
      say(`${name} includes itself: ${[...places, name].join(' -> ')}`)
      return
    }
    const first = known.get(resolve(name))
    if (first !== undefined) {
      say(`${name} is included a second time; it is included at ${first}`)
      return
    }
    known.set(resolve(name), way.at(-1)?.place ?? '')
    const content = textOf(name, say)
    if (content !== undefined) add(name, content, way)
  }

  add(file, text, [])
  return { documents, faults }
}

/** What isn't a list of texts is a fault of the grammar. */
function patterns(value: unknown): readonly string[] {
  const given = typeof value === 'object' && value !== null ? Reflect.get(value, 'include') : undefined
  return Array.isArray(given) ? given.map((pattern) => (typeof pattern === 'string' ? pattern : '')) : []
}

function filesOf(file: string, pattern: string, say: Say): readonly string[] {
  if (pattern === '') return []
  const folder = dirname(file)
  if (!/[*?[\]{}]/.test(pattern)) return [join(folder, pattern)]
  const found = globSync(pattern, { cwd: folder }).sort()
  if (found.length === 0) say(`expected files, found none that fits ${join(folder, pattern)}`)
  return found.map((name) => join(folder, name))
}

function textOf(name: string, say: Say): string | undefined {
  try {
    return readFileSync(name, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    say(
      code === 'ENOENT'
        ? `expected a file, found no ${name}`
        : `expected a file, but ${name} can't be read: ${String(code)}`,
    )
    return undefined
  }
}
