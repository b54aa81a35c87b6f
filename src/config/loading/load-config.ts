import { resolve } from 'node:path'
import { parseYaml } from '../../yaml/document.ts'
import type { Fault } from '../../yaml/fault.ts'
import { expandNode } from '../references/expand.ts'
import { readFailure, type Sources } from '../references/resolve.ts'
import { ConfigError } from './config-error.ts'
import { brokenFaults, type ConfigNode, documentNode } from './config-node.ts'
import { environmentNode } from './environment-config.ts'
import { mergeNodes } from './merge.ts'
import type { KnownKeys } from './override-path.ts'
import { nodeAt, type RawConfig, rawConfig } from './raw-config.ts'
import { parseOverride } from './set-override.ts'

export interface ConfigSettings extends Sources {
  /** Paths of `--config`, in order; none takes the configuration from the environment. */
  readonly files: readonly string[]
  /** Texts of `--set`, in order; they win over the files. */
  readonly sets: readonly string[]
  /** What may stand below a path, so that `--set` needs no quotes around names with dots. */
  readonly knownKeys?: KnownKeys
}

/**
 * Reads, expands and merges the configuration; the later wins.
 * @throws ConfigError with everything that is wrong before a schema has seen it
 */
export async function loadConfig(settings: ConfigSettings): Promise<RawConfig> {
  const faults: Fault[] = []
  const nodes: ConfigNode[] = []
  const notes: string[] = []
  for (const file of settings.files) {
    const node = await fileConfig(file, settings, faults)
    if (node !== undefined) nodes.push(await expandNode(node, settings))
  }
  if (settings.files.length === 0) {
    const found = environmentNode(settings.env)
    faults.push(...found.faults)
    notes.push(...found.notes)
    nodes.push(found.node)
  }
  const known: KnownKeys = (path) => [
    ...(settings.knownKeys?.(path) ?? []),
    ...nodes.flatMap((node) => keysBelow(nodeAt(node, path))),
  ]
  for (const [index, text] of settings.sets.entries()) {
    const parsed = parseOverride(text, index + 1, known)
    if (parsed.kind === 'ok') nodes.push(await expandNode(parsed.node, settings))
    else faults.push(...parsed.faults)
  }
  const [first, ...rest] = nodes
  const root = first === undefined ? undefined : rest.reduce(mergeNodes, first)
  if (root !== undefined) faults.push(...brokenFaults(root))
  if (root === undefined || faults.length > 0) throw new ConfigError(faults)
  return rawConfig(root, notes)
}

function keysBelow(node: ConfigNode | undefined): string[] {
  return node?.kind === 'map' ? [...node.entries.keys()] : []
}

async function fileConfig(file: string, sources: Sources, faults: Fault[]): Promise<ConfigNode | undefined> {
  let text: string
  try {
    text = await sources.readFile(resolve(file))
  } catch (error) {
    const message = `can't read the configuration: ${readFailure(error)}`
    faults.push({ position: { file, line: 0, column: 0 }, path: [], message })
    return undefined
  }
  const parsed = parseYaml(file, text)
  if (parsed.kind === 'faults') {
    faults.push(...parsed.faults.map((fault) => ({ ...fault, message: withHint(fault, text) })))
    return undefined
  }
  const { document } = parsed
  if (typeof document.value === 'object' && document.value !== null && !Array.isArray(document.value)) {
    return documentNode(document)
  }
  const message =
    document.value === null
      ? 'the configuration is empty; it needs receivers, exporters and service'
      : 'the configuration must be a map of receivers, exporters and service'
  faults.push({ position: document.position([]), path: [], message })
  return undefined
}

/** Braces end a value within {...} and [...]: the trap that references fall into. */
function withHint({ message, position }: Fault, text: string): string {
  const line = text.split('\n')[position.line - 1] ?? ''
  return /[{[].*\$\{/.test(line) ? `${message} (within {} and [], put quotes around "\${...}")` : message
}
