import type { ComponentId } from '../config/component-id.ts'
import { ConfigError } from '../config/config-error.ts'
import type { RawConfig } from '../config/raw-config.ts'
import { checkSections, configuredIds, type TelemetryConfig } from '../config/sections.ts'
import type { Fault } from '../yaml/fault.ts'
import { nearest } from '../yaml/nearest.ts'
import type { ConfiguredExporter, ConfiguredReceiver, Registered, Registry } from './registry.ts'

/** A checked configuration: which components there are, and which exporters each receiver feeds. */
export interface Blueprint {
  readonly receivers: ReadonlyMap<string, { readonly make: ConfiguredReceiver; readonly exporters: readonly string[] }>
  readonly exporters: ReadonlyMap<string, ConfiguredExporter>
  /** Configured, but in no pipeline. */
  readonly unused: readonly string[]
  readonly telemetry: TelemetryConfig
}

/** @throws ConfigError with every fault of the frame and of every component */
export function drawBlueprint(raw: RawConfig, registry: Registry): Blueprint {
  const sections = checkSections(raw)
  const { receivers, exporters } = sections.kind === 'ok' ? sections.value : configuredIds(raw)
  const faults: Fault[] = []
  const madeReceivers = configureAll('receivers', receivers, registry.receivers, raw, faults)
  const madeExporters = configureAll('exporters', exporters, registry.exporters, raw, faults)
  if (sections.kind === 'faults') throw new ConfigError([...sections.faults, ...faults])
  if (faults.length > 0) throw new ConfigError(faults)
  const { pipelines, telemetry } = sections.value

  const fed = (receiver: string): string[] => [
    ...new Set(pipelines.filter((pipeline) => pipeline.receivers.includes(receiver)).flatMap((one) => one.exporters)),
  ]
  const used = new Set(pipelines.flatMap((pipeline) => [...pipeline.receivers, ...pipeline.exporters]))
  return {
    receivers: new Map(
      [...madeReceivers].filter(([id]) => used.has(id)).map(([id, make]) => [id, { make, exporters: fed(id) }]),
    ),
    exporters: new Map([...madeExporters].filter(([id]) => used.has(id))),
    unused: [...madeReceivers.keys(), ...madeExporters.keys()].filter((id) => !used.has(id)),
    telemetry,
  }
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
