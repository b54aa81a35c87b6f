import { hostname } from 'node:os'
import { builtinRegistry } from '../collector/builtin-registry.ts'
import { Collector, type CollectorSettings } from '../collector/collector.ts'
import type { Graph } from '../collector/graph.ts'
import { Stores } from '../collector/stores.ts'
import { systemClock } from '../component/clock.ts'
import { ownTelemetry } from '../receivers/internal/own-telemetry.ts'
import { observeProcess } from '../receivers/internal/process-telemetry.ts'
import { createLogger } from '../telemetry/create-logger.ts'
import { errorMessage } from '../telemetry/error-message.ts'
import { renderFault } from '../yaml/fault.ts'
import { collectOnce } from './collect-once.ts'
import { type ConfigurationOptions, readGraph } from './configuration.ts'
import { exitCode, type Io } from './io.ts'
import { version } from './version.ts'

export interface RunOptions extends ConfigurationOptions {
  readonly once: boolean
}

/** `otelephant run`: collects and delivers until it is stopped. */
export async function run(options: RunOptions, io: Io): Promise<number> {
  await using own = ownTelemetry({ name: 'otelephant', version })
  const { graph, notes } = await readGraph(options, builtinRegistry(own, io.stdout), io)
  const { level, encoding } = graph.telemetry.logs
  const logger = createLogger({ level, stream: io.stderr, ...(encoding === 'json' ? { pretty: false } : {}) })
  io.hangUps.ignore(() => logger.info('SIGHUP is ignored: a changed configuration needs a restart.'))
  using _process = observeProcess(own.meter)
  for (const note of notes) logger.info(note)
  for (const warning of graph.warnings) logger.warn(renderFault(warning))
  const settings = { clock: systemClock(), logger, meter: own.meter, version, hostName: hostname(), env: io.env }
  const collect = options.once ? collectOnce : collectUntilStopped
  // Awaited here: the collector's own telemetry ends with this function.
  return await collect(graph, settings, io.stop)
}

async function collectUntilStopped(graph: Graph, settings: CollectorSettings, stop: AbortSignal) {
  const { logger } = settings
  await using stores = new Stores()
  await using collector = new Collector(graph, settings, stores)
  await collector.start()
  const { receivers, exporters } = graph
  logger.info('Started.', { version, receivers: [...receivers.keys()], exporters: [...exporters.keys()] })
  if (!stop.aborted) await new Promise((resolve) => stop.addEventListener('abort', resolve, { once: true }))
  logger.info('Stopping; a second signal stops at once.', { reason: errorMessage(stop.reason) })
  await collector.shutdown()
  for (const [id, account] of collector.accounts()) logger.info('Stopped.', { exporter: id, ...account })
  return exitCode.ok
}
