import { ConfigError } from '../config/loading/config-error.ts'
import type { RawConfig } from '../config/loading/raw-config.ts'
import { checkSections, type TelemetryConfig } from '../config/loading/sections.ts'
import type { ComponentId } from '../config/pipelines/component-id.ts'
import type { Pipeline } from '../config/pipelines/pipelines.ts'
import type { Signal } from '../pdata/signal.ts'
import type { Fault } from '../yaml/fault.ts'
import { nearest } from '../yaml/nearest.ts'
import type { ConfiguredExporter, ConfiguredReceiver, Registered, Registry } from './registry.ts'

/** A checked configuration: which components there are, and which exporters each receiver feeds. */
export interface Graph {
  readonly receivers: ReadonlyMap<string, PlannedReceiver>
  readonly exporters: ReadonlyMap<string, ConfiguredExporter>
  /** Configured, but in no pipeline. */
  readonly unused: readonly string[]
  /** Valid configuration that is probably a mistake. */
  readonly warnings: readonly Fault[]
  readonly telemetry: TelemetryConfig
}

export interface PlannedReceiver extends ConfiguredReceiver {
  /** Those of its pipelines of each signal, each once. */
  readonly exporters: Readonly<Record<Signal, readonly string[]>>
}

/** @throws ConfigError with every fault of the frame, of every component and of what a pipeline asks of them */
export function buildGraph(raw: RawConfig, registry: Registry): Graph {
  const { receivers, exporters, pipelines, telemetry, faults: frameFaults } = checkSections(raw)
  const faults = [...frameFaults]
  const madeReceivers = configureAll('receivers', receivers, registry.receivers, raw, faults)
  const madeExporters = configureAll('exporters', exporters, registry.exporters, raw, faults)
  for (const pipeline of pipelines) {
    faults.push(
      ...refusals('receivers', pipeline, madeReceivers, raw),
      ...refusals('exporters', pipeline, madeExporters, raw),
    )
  }
  if (faults.length > 0 || telemetry === undefined) throw new ConfigError(faults)

  const used = new Set(pipelines.flatMap((pipeline) => [...pipeline.receivers, ...pipeline.exporters]))
  return {
    receivers: new Map(
      [...madeReceivers]
        .filter(([id]) => used.has(id))
        .map(([id, receiver]) => [id, { ...receiver, exporters: exportersOf(id, pipelines) }]),
    ),
    exporters: new Map([...madeExporters].filter(([id]) => used.has(id))),
    warnings: [...raw.warnings, ...[...madeExporters.values()].flatMap(({ warnings }) => warnings)],
    unused: [...madeReceivers.keys(), ...madeExporters.keys()].filter((id) => !used.has(id)),
    telemetry,
  }
}

function exportersOf(receiver: string, pipelines: readonly Pipeline[]): PlannedReceiver['exporters'] {
  const own = pipelines.filter(({ receivers }) => receivers.includes(receiver))
  const fed = (signal: Signal) => [
    ...new Set(own.filter((pipeline) => pipeline.signal === signal).flatMap(({ exporters }) => exporters)),
  ]
  return { metrics: fed('metrics'), logs: fed('logs') }
}

/** Components in a pipeline of a signal that they don't have. */
function refusals(
  section: 'receivers' | 'exporters',
  pipeline: Pipeline,
  configured: ReadonlyMap<string, ConfiguredReceiver | ConfiguredExporter>,
  raw: RawConfig,
): Fault[] {
  return pipeline[section].flatMap((id, index): Fault[] => {
    const reason = configured.get(id)?.refuses(pipeline.signal)
    if (reason === undefined) return []
    const path = ['service', 'pipelines', pipeline.id.text, section]
    const message = `"${id}" can't be in a pipeline of ${pipeline.signal}: ${reason}`
    return [{ position: raw.position([...path, index]), path, message }]
  })
}

function configureAll<Configured>(
  section: 'receivers' | 'exporters',
  ids: readonly ComponentId[],
  known: readonly Registered<Configured>[],
  raw: RawConfig,
  faults: Fault[],
): Map<string, Configured> {
  const made = new Map<string, Configured>()
  for (const { type, text } of ids) {
    const path = [section, text]
    const kind = known.find((one) => one.type === type)
    if (kind === undefined) {
      const types = known.map((one) => one.type)
      const guess = nearest(type, types)
      const hint = guess === undefined ? `there are ${types.join(', ')}` : `did you mean "${guess}"?`
      faults.push({ position: raw.keyPosition(path), path, message: `unknown type "${type}" of ${section}; ${hint}` })
      continue
    }
    const checked = kind.configure(raw, path)
    if (checked.kind === 'faults') faults.push(...checked.faults)
    else made.set(text, checked.value)
  }
  return made
}
