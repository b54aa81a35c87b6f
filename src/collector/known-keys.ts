import type { KnownKeys } from '../config/loading/override-path.ts'
import { knownFrameKeys } from '../config/loading/sections.ts'
import { parseComponentId } from '../config/pipelines/component-id.ts'
import type { Registry } from './registry.ts'

/** What may stand where in a configuration of these kinds of component. */
export function knownKeysOf(registry: Registry): KnownKeys {
  return (path) => {
    const [section, id, ...below] = path
    if (id === undefined || (section !== 'receivers' && section !== 'exporters')) return knownFrameKeys(path)
    const type = parseComponentId(id)?.type
    return registry[section].find((kind) => kind.type === type)?.knownKeys(below) ?? []
  }
}
