import { hostname } from 'node:os'
import { builtinRegistry } from '../collector/builtin-registry.ts'
import { Collector } from '../collector/collector.ts'
import { buildGraph } from '../collector/graph.ts'
import { systemClock } from '../component/clock.ts'
import { loadConfig } from '../config/loading/load-config.ts'
import { runDemo } from '../demo/demo.ts'
import { StartError } from '../demo/embedded-postgres/start-error.ts'
import { ownTelemetry } from '../receivers/internal/own-telemetry.ts'
import { observeProcess } from '../receivers/internal/process-telemetry.ts'
import { createLogger } from '../telemetry/create-logger.ts'
import { errorMessage } from '../telemetry/error-message.ts'
import { exitCode, type Io } from './io.ts'
import { reasonsOf } from './reasons.ts'
import { version } from './version.ts'

export interface DemoOptions {
  readonly once: boolean
  readonly json: boolean
  readonly data?: string
}

/**
 * `otelephant demo`: exits with 0 only if all that was sent has arrived, and nothing broke a rule; or if it was stopped
 * before there was anything to send.
 */
export async function demo(options: DemoOptions, io: Io): Promise<number> {
  try {
    return await show(options, io)
  } catch (error) {
    const once = options.once || options.json
    if (io.stop.aborted) io.stderr.write(`The demo ended early: ${errorMessage(io.stop.reason)}\n`)
    else if (error instanceof StartError) io.stderr.write(`${error.message}\n`)
    else if (error instanceof AggregateError) io.stderr.write(`The demo failed: ${reasonsOf(error).join('; ')}\n`)
    else throw error
    return io.stop.aborted && !once ? exitCode.ok : exitCode.failed
  }
}

async function show(options: DemoOptions, io: Io): Promise<number> {
  await using own = ownTelemetry({ name: 'otelephant', version })
  using _process = observeProcess(own.meter)
  const logger = createLogger({ level: 'warn', stream: io.stderr })
  const summary = await runDemo({
    once: options.once || options.json,
    quiet: options.json,
    data: options.data,
    output: io.stdout,
    stop: io.stop,
    collector: async (yaml) => {
      const readFile = async () => yaml
      const raw = await loadConfig({ files: ['demo.yaml'], sets: [], env: {}, readFile })
      const graph = buildGraph(raw, builtinRegistry(own, io.stdout))
      const settings = { clock: systemClock(), logger, meter: own.meter, version, hostName: hostname(), env: {} }
      return new Collector(graph, settings)
    },
  })
  if (options.json) io.stdout.write(`${JSON.stringify(summary, undefined, 2)}\n`)
  return summary.errors.length === 0 ? exitCode.ok : exitCode.failed
}
