import { metricDefaults } from '../../generated/postgresql/config.ts'
import { drawBlueprint } from '../../src/collector/blueprint.ts'
import { Collector } from '../../src/collector/collector.ts'
import { exporter, type Registry, receiver } from '../../src/collector/registry.ts'
import { systemClock } from '../../src/component/clock.ts'
import type { Account, Exporter } from '../../src/component/exporter.ts'
import type { Receiver } from '../../src/component/receiver.ts'
import { loadConfig } from '../../src/config/load-config.ts'
import { type Endpoint, startEndpoint } from '../../src/demo/endpoint/endpoint.ts'
import type { Received } from '../../src/demo/endpoint/received.ts'
import type { ReceivedPoint } from '../../src/demo/endpoint/received-point.ts'
import { newrelicExporter } from '../../src/exporters/newrelic/newrelic-exporter.ts'
import { type OwnTelemetry, ownTelemetry } from '../../src/receivers/internal/own-telemetry.ts'
import { postgresqlReceiverWith } from '../../src/receivers/postgresql/receiver.ts'
import { type LogLine, memoryLogger } from '../support/memory-logger.ts'

const apiKey = 'de3000000000000000000000000000000000NRAL'

export interface RigSettings {
  readonly endpoint: { readonly host: string; readonly port: number }
  readonly username: string
  /** More keys of the receiver's configuration. */
  readonly receiver?: Readonly<Record<string, unknown>>
}

/** What makes the two ends reachable that a Collector keeps to itself. */
interface Ends {
  receiver?: Receiver
  exporter?: Exporter
}

/** A collector with every metric enabled, as a user would configure it, and a stand-in for New Relic behind it. */
export async function startRig(settings: RigSettings): Promise<Rig> {
  const endpoint = await startEndpoint({ apiKey })
  const own = ownTelemetry({ name: 'otelephant', version: '0.0.0' })
  const logger = memoryLogger()
  const ends: Ends = {}
  const config = JSON.stringify(configOf(settings, endpoint.url))
  const readFile = () => Promise.resolve(config)
  const raw = await loadConfig({ files: ['matrix.yaml'], sets: [], env: {}, readFile })
  const collector = new Collector(drawBlueprint(raw, registry(ends)), {
    clock: systemClock(),
    logger,
    meter: own.meter,
    version: '0.0.0',
    hostName: 'host-of-the-test',
    env: {},
  })
  return new Rig({ endpoint, own, collector, ends, lines: logger.lines })
}

function configOf({ endpoint, username, receiver: more }: RigSettings, url: string): unknown {
  const metrics = Object.fromEntries(Object.keys(metricDefaults).map((name) => [name, { enabled: true }]))
  return {
    receivers: {
      postgresql: { endpoint: `${endpoint.host}:${endpoint.port}`, username, instance: 'orders', metrics, ...more },
    },
    exporters: { newrelic: { endpoint: url, api_key: apiKey, batch: { flush_timeout: '0s' } } },
    service: { pipelines: { metrics: { receivers: ['postgresql'], exporters: ['newrelic'] } } },
  }
}

function registry(ends: Ends): Registry {
  const postgresql = postgresqlReceiverWith({ connectionSpacingMs: 0 })
  return {
    receivers: [
      receiver({
        ...postgresql,
        create(config, settings, consumer) {
          ends.receiver = postgresql.create(config, settings, consumer)
          return ends.receiver
        },
      }),
    ],
    exporters: [
      exporter({
        ...newrelicExporter,
        create(config, settings, store) {
          ends.exporter = newrelicExporter.create(config, settings, store)
          return ends.exporter
        },
      }),
    ],
  }
}

interface RigParts {
  readonly endpoint: Endpoint
  readonly own: OwnTelemetry
  readonly collector: Collector
  readonly ends: Ends
  readonly lines: readonly LogLine[]
}

/** Scrapes when told, and says what arrived. */
export class Rig implements AsyncDisposable {
  readonly #parts: RigParts
  #seen = 0
  #exporting = false

  constructor(parts: RigParts) {
    this.#parts = parts
  }

  /** What the collector has logged. */
  get lines(): readonly LogLine[] {
    return this.#parts.lines
  }

  get received(): Received {
    return this.#parts.endpoint.received
  }

  get account(): Account | undefined {
    return this.#parts.ends.exporter?.account()
  }

  /** Lets the collector run by itself. */
  async start(): Promise<void> {
    this.#exporting = true
    await this.#parts.collector.start()
  }

  /** Resolves as soon as the predicate holds. */
  async waitFor(predicate: (received: Received) => boolean, signal: AbortSignal): Promise<void> {
    await this.#parts.endpoint.waitFor(predicate, signal)
  }

  /**
   * Scrapes everything once and delivers it.
   * @returns the points that arrived
   */
  async scrape(signal: AbortSignal): Promise<readonly ReceivedPoint[]> {
    const { collector, ends } = this.#parts
    if (!this.#exporting) await collector.startExporters()
    this.#exporting = true
    await ends.receiver?.collect(signal)
    await ends.exporter?.flush(signal)
    const points = this.received.points()
    const fresh = points.slice(this.#seen)
    this.#seen = points.length
    return fresh
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { collector, endpoint, own } = this.#parts
    await collector.shutdown()
    await endpoint[Symbol.asyncDispose]()
    await own[Symbol.asyncDispose]()
  }
}
