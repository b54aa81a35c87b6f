import type { YamlDocument } from '../yaml/document.ts'
import { type Fault, type Path, type Position, renderPosition } from '../yaml/fault.ts'
import type { Places } from '../yaml/zod-faults.ts'
import { entryPath, type Section, type sections } from './draft.ts'
import { isJsonSchemaConfig } from './grammar/json-schema-grammar.ts'

/** The raw entries of every section; none where it isn't a section at all, which the grammar reports. */
export type Entries = Readonly<Record<Section, readonly (readonly [name: string, value: unknown])[]>>

/** A metadata file with its parts as one: paths are those of one file. */
export interface MergedMetadata extends Places {
  /** All but the entries of the sections. */
  readonly root: YamlDocument
  /** What is included. */
  readonly parts: readonly YamlDocument[]
  readonly entries: Entries
  /** Names that stand in two files. */
  readonly faults: readonly Fault[]
}

/** Where an entry of the whole stands: which file, and the entry's path in it. */
interface Home {
  readonly document: YamlDocument
  readonly path: Path
}

/** Puts the entries of all files into one. A name that stands in two is taken from the first. */
export function mergeMetadata(root: YamlDocument, parts: readonly YamlDocument[]): MergedMetadata {
  const faults: Fault[] = []
  const homes = new Map<string, Home>()
  const merge = (section: Section): [string, unknown][] => {
    const merged: [string, unknown][] = []
    const places = new Map<string, Position>()
    for (const document of [root, ...parts]) {
      for (const [index, [name, value]] of entriesOf(document.value, section).entries()) {
        const path = entryPath(section, name, index)
        const at = section === 'entities' ? [...path, 'type'] : path
        const position = section === 'entities' ? document.position(at) : document.keyPosition(at)
        const other = places.get(name)
        // Within one file, YAML itself or a rule says so.
        if (other !== undefined && other.file !== position.file) {
          const message = `${JSON.stringify(name)} stands at ${renderPosition(other)} too`
          faults.push({ position, path: at, message })
          continue
        }
        if (name !== '') places.set(name, position)
        homes.set(keyOf(entryPath(section, name, merged.length)), { document, path })
        merged.push([name, value])
      }
    }
    return merged
  }
  const home = (path: Path): Home => {
    const length = path[0] === 'telemetry' ? 3 : 2
    const { document, path: start } = homes.get(keyOf(path.slice(0, length))) ?? { document: root, path: undefined }
    return { document, path: start === undefined ? path : [...start, ...path.slice(length)] }
  }
  const entries = {
    config: merge('config'),
    resource_attributes: merge('resource_attributes'),
    attributes: merge('attributes'),
    entities: merge('entities'),
    requirements: merge('requirements'),
    queries: merge('queries'),
    metrics: merge('metrics'),
    events: merge('events'),
    'telemetry.metrics': merge('telemetry.metrics'),
  } satisfies Record<(typeof sections)[number], unknown>
  return {
    root,
    parts,
    entries,
    faults,
    position: (path) => {
      const { document, path: within } = home(path)
      return document.position(within)
    },
    keyPosition: (path) => {
      const { document, path: within } = home(path)
      return document.keyPosition(within)
    },
  }
}

function entriesOf(value: unknown, section: Section): readonly (readonly [string, unknown])[] {
  if (section === 'entities') {
    const entities = of(value, section)
    return Array.isArray(entities) ? entities.map((entity) => [typeOf(entity), entity] as const) : []
  }
  if (section === 'config' && isJsonSchemaConfig(of(value, section))) return []
  const named = section === 'telemetry.metrics' ? of(of(value, 'telemetry'), 'metrics') : of(value, section)
  return typeof named === 'object' && named !== null && !Array.isArray(named) ? Object.entries(named) : []
}

function of(container: unknown, key: string): unknown {
  return typeof container === 'object' && container !== null ? Reflect.get(container, key) : undefined
}

function typeOf(entity: unknown): string {
  const type = of(entity, 'type')
  return typeof type === 'string' ? type : ''
}

function keyOf(path: Path): string {
  return JSON.stringify(path)
}
