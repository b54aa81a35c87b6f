import { builtinRegistry } from '../collector/builtin-registry.ts'
import { ownTelemetry } from '../receivers/internal/own-telemetry.ts'
import { renderFault } from '../yaml/fault.ts'
import { type ConfigurationOptions, readGraph } from './configuration.ts'
import { exitCode, type Io } from './io.ts'
import { version } from './version.ts'

/** `otelephant validate`: checks the configuration and starts nothing. */
export async function validate(options: ConfigurationOptions, io: Io): Promise<number> {
  await using own = ownTelemetry({ name: 'otelephant', version })
  const { graph, notes } = await readGraph(options, builtinRegistry(own, io.stdout), io)
  for (const note of notes) io.stdout.write(`Note: ${note}\n`)
  for (const warning of graph.warnings) io.stdout.write(`Warning: ${renderFault(warning)}\n`)
  for (const id of graph.unused) io.stdout.write(`Note: ${id} is configured, but in no pipeline.\n`)
  for (const [id, { exporters }] of graph.receivers) {
    for (const [signal, ids] of Object.entries(exporters)) {
      if (ids.length > 0) io.stdout.write(`${id} (${signal}) -> ${ids.join(', ')}\n`)
    }
  }
  io.stdout.write('The configuration is valid.\n')
  return exitCode.ok
}
