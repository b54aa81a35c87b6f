import { z } from 'zod'
import type { Fault, Path } from '../../yaml/fault.ts'
import { nearest } from '../../yaml/nearest.ts'
import type { Places } from '../../yaml/zod-faults.ts'
import { type ConfigNode, childNode } from '../loading/config-node.ts'
import { type ComponentId, parseComponentId } from './component-id.ts'
import { refused } from './unsupported-sections.ts'

/** What goes from which receivers to which exporters. */
export interface Pipeline {
  readonly id: ComponentId
  readonly signal: 'metrics' | 'logs'
  /** Ids as they are written; each of them is configured. */
  readonly receivers: readonly string[]
  readonly exporters: readonly string[]
}

const references = z.array(z.string())

export const pipelineConfig = z.strictObject({
  receivers: references.min(1, 'must have at least one receiver'),
  exporters: references.min(1, 'must have at least one exporter'),
  processors: refused('processors', 'filtering and retries belong to the receivers and exporters'),
})

/** What is configured; `undefined` where the whole section is missing, so that its references say nothing more. */
interface Configured {
  readonly receivers: readonly ComponentId[] | undefined
  readonly exporters: readonly ComponentId[] | undefined
}

/** The pipeline of that id, as far as it can be read, and what is wrong with its id and with what it names. */
export function joinPipeline(
  text: string,
  node: ConfigNode,
  configured: Configured,
  places: Places,
): { readonly pipeline?: Pipeline; readonly faults: readonly Fault[] } {
  const path = ['service', 'pipelines', text]
  const receivers = namesIn(childNode(node, 'receivers'))
  const exporters = namesIn(childNode(node, 'exporters'))
  const faults = [
    ...referenceFaults('receiver', receivers, configured.receivers, [...path, 'receivers'], places),
    ...referenceFaults('exporter', exporters, configured.exporters, [...path, 'exporters'], places),
  ]
  const id = parseComponentId(text)
  if (id?.type === 'metrics' || id?.type === 'logs') {
    return { pipeline: { id, signal: id.type, receivers, exporters }, faults }
  }
  const message = `unknown signal "${id?.type ?? text}"; a pipeline is metrics or logs, or metrics/name`
  return { faults: [{ position: places.keyPosition(path), path, message }, ...faults] }
}

/** Those that are names: what else stands there is the schema's to refuse. */
function namesIn(node: ConfigNode | undefined): string[] {
  if (node?.kind !== 'list') return []
  return node.items.map((item) => {
    if (item.kind !== 'scalar') return ''
    return typeof item.value === 'string' ? item.value : (item.original ?? '')
  })
}

function referenceFaults(
  kind: 'receiver' | 'exporter',
  names: readonly string[],
  configured: readonly ComponentId[] | undefined,
  path: Path,
  places: Places,
): Fault[] {
  const known = configured?.map((id) => id.text) ?? names
  return names.flatMap((name, index): Fault[] => {
    const fault = (message: string): Fault[] => [{ position: places.position([...path, index]), path, message }]
    if (name === '') return []
    if (names.indexOf(name) < index) return fault(`references ${kind} "${name}" multiple times`)
    if (known.includes(name)) return []
    const guess = nearest(name, known)
    const hint = guess === undefined ? '' : `; did you mean "${guess}"?`
    return fault(`references ${kind} "${name}" which is not configured${hint}`)
  })
}
