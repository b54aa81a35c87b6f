import { z } from 'zod'
import type { Fault, Path } from '../../yaml/fault.ts'
import { knownKeys } from '../../yaml/schema-path.ts'
import { type ComponentId, parseComponentId } from '../pipelines/component-id.ts'
import { joinPipeline, type Pipeline, pipelineConfig } from '../pipelines/pipelines.ts'
import { refused } from '../pipelines/unsupported-sections.ts'
import { checkConfig } from './check-config.ts'
import { nodeAt, type RawConfig } from './raw-config.ts'

/** The frame of a configuration: which components there are, and how they are joined. Their own keys aren't checked. */
export interface ConfigSections {
  /** Their configuration stands at `['receivers', id.text]`. */
  readonly receivers: readonly ComponentId[]
  /** Their configuration stands at `['exporters', id.text]`. */
  readonly exporters: readonly ComponentId[]
  readonly pipelines: readonly Pipeline[]
  readonly telemetry: TelemetryConfig
}

export type TelemetryConfig = z.infer<typeof telemetryConfig>

const telemetryConfig = z.strictObject({
  logs: z
    .strictObject({
      level: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
      encoding: z.enum(['console', 'json']).default('console'),
    })
    .prefault({}),
})

const extensions = refused('extensions', 'what they would do is built in')

export const serviceConfig = z.strictObject({
  pipelines: z.record(z.string(), pipelineConfig).refine((pipelines) => Object.keys(pipelines).length > 0, {
    error: 'service must have at least one pipeline',
  }),
  extensions,
  telemetry: telemetryConfig.prefault({}),
})

const frame = z.strictObject({
  receivers: components('receiver'),
  exporters: components('exporter'),
  processors: refused('processors', 'filtering and retries belong to the receivers and exporters'),
  connectors: refused('connectors', 'a pipeline joins receivers to exporters'),
  extensions,
  service: serviceConfig,
})

/** The keys that the frame knows at a path; below a component it knows none. */
export function knownFrameKeys(path: Path): readonly string[] {
  return knownKeys(frame, path)
}

/** What stands in the frame, as far as it can be read, and all that is wrong with it. */
export interface CheckedSections extends Pick<ConfigSections, 'receivers' | 'exporters' | 'pipelines'> {
  /** Nothing where there are faults. */
  readonly telemetry: TelemetryConfig | undefined
  readonly faults: readonly Fault[]
}

/** Checks the top level and `service`: keys, ids, and that pipelines are of a signal and name what is there. */
export function checkSections(raw: RawConfig): CheckedSections {
  const checked = checkConfig(frame, raw, [])
  const configured = configuredIds(raw)
  const there = (section: 'receivers' | 'exporters') =>
    nodeAt(raw.root, [section])?.kind === 'map' ? configured[section] : undefined
  const referable = { receivers: there('receivers'), exporters: there('exporters') }
  const node = nodeAt(raw.root, ['service', 'pipelines'])
  const joined = [...(node?.kind === 'map' ? node.entries : [])].map(([text, pipeline]) =>
    joinPipeline(text, pipeline, referable, raw),
  )
  return {
    ...configured,
    pipelines: joined.flatMap(({ pipeline }) => pipeline ?? []),
    telemetry: checked.kind === 'ok' ? checked.value.service.telemetry : undefined,
    faults: [
      ...(checked.kind === 'faults' ? checked.faults : []),
      ...configured.faults,
      ...joined.flatMap(({ faults }) => faults),
    ],
  }
}

/** The components that are there, whatever else is wrong with the frame. */
function configuredIds(
  raw: RawConfig,
): Pick<ConfigSections, 'receivers' | 'exporters'> & { readonly faults: readonly Fault[] } {
  const faults: Fault[] = []
  const receivers = componentIds('receivers', raw, faults)
  const exporters = componentIds('exporters', raw, faults)
  return { receivers, exporters, faults }
}

/** What each component is configured with is its own schema's business. */
function components(kind: string) {
  return z.record(z.string(), z.unknown(), {
    error: ({ input }) => (input === undefined ? `no ${kind} configuration specified in config` : undefined),
  })
}

/** From the nodes: a bare key, which plain values leave out, is a component with its defaults. */
function componentIds(section: 'receivers' | 'exporters', raw: RawConfig, faults: Fault[]): ComponentId[] {
  const node = nodeAt(raw.root, [section])
  return [...(node?.kind === 'map' ? node.entries.keys() : [])].flatMap((text): ComponentId[] => {
    const id = parseComponentId(text)
    if (id !== undefined) return [id]
    const path = [section, text]
    const message = 'not a component id; write type or type/name, such as postgresql or postgresql/orders'
    faults.push({ position: raw.keyPosition(path), path, message })
    return []
  })
}
