import { metricDefaults } from '../../../generated/postgresql/config.ts'
import { Collector } from '../../../src/collector/collector.ts'
import { buildGraph } from '../../../src/collector/graph.ts'
import { exporter, type Registry, receiver } from '../../../src/collector/registry.ts'
import { type Clock, systemClock } from '../../../src/component/clock.ts'
import type { Account, Exporter } from '../../../src/component/exporter.ts'
import type { ComponentSettings } from '../../../src/component/factory.ts'
import type { Receiver } from '../../../src/component/receiver.ts'
import type { Status } from '../../../src/component/status.ts'
import { loadConfig } from '../../../src/config/loading/load-config.ts'
import { type Endpoint, startEndpoint } from '../../../src/demo/endpoint/endpoint.ts'
import type { Received } from '../../../src/demo/endpoint/received.ts'
import type { ReceivedPoint } from '../../../src/demo/endpoint/received-point.ts'
import { newrelicExporter } from '../../../src/exporters/newrelic/newrelic-exporter.ts'
import type { DeliveryStore } from '../../../src/exporters/otlp/queue/delivery-store.ts'
import { type OwnTelemetry, ownTelemetry } from '../../../src/receivers/internal/own-telemetry.ts'
import { postgresqlReceiverWith } from '../../../src/receivers/postgresql/receiver.ts'
import { type LogLine, memoryLogger } from '../../support/memory-logger.ts'

export const apiKey = 'de3000000000000000000000000000000000NRAL'

export interface RigSettings {
  readonly endpoint: { readonly host: string; readonly port: number }
  readonly username: string
  /** More keys of the receiver's configuration. */
  readonly receiver?: Readonly<Record<string, unknown>>
  /** More keys of the exporter's configuration. */
  readonly exporter?: Readonly<Record<string, unknown>>
  readonly clock?: Clock
  /** In place of one of the rig's own; not closed with it. */
  readonly newRelic?: Endpoint
  /** Where the exporter sends to, if not straight to the endpoint. */
  readonly sendTo?: string
  /** In place of the store that the configuration asks for, which `open` gives. */
  readonly createStore?: (open: () => DeliveryStore, settings: ComponentSettings) => DeliveryStore
}

/** What makes the two ends reachable that a Collector keeps to itself. */
interface Ends {
  receiver?: Receiver
  exporter?: Exporter
}

/** A collector with every metric enabled, as a user would configure it, and a stand-in for New Relic behind it. */
export async function startRig(settings: RigSettings): Promise<Rig> {
  await using stack = new AsyncDisposableStack()
  const endpoint = settings.newRelic ?? stack.use(await startEndpoint({ apiKey }))
  const own = stack.use(ownTelemetry({ name: 'otelephant', version: '0.0.0' }))
  const logger = memoryLogger()
  const ends: Ends = {}
  const config = JSON.stringify(configOf(settings, settings.sendTo ?? endpoint.url))
  const readFile = () => Promise.resolve(config)
  const raw = await loadConfig({ files: ['matrix.yaml'], sets: [], env: {}, readFile })
  const collector = new Collector(buildGraph(raw, registry(ends, settings)), {
    clock: settings.clock ?? systemClock(),
    logger,
    meter: own.meter,
    version: '0.0.0',
    hostName: 'host-of-the-test',
    env: {},
  })
  stack.use(collector)
  return new Rig({ endpoint, own, collector, ends, lines: logger.lines, stack: stack.move() })
}

function configOf({ endpoint, username, receiver: more, exporter: delivery }: RigSettings, url: string): unknown {
  const metrics = Object.fromEntries(Object.keys(metricDefaults).map((name) => [name, { enabled: true }]))
  return {
    receivers: {
      postgresql: { endpoint: `${endpoint.host}:${endpoint.port}`, username, instance: 'orders', metrics, ...more },
    },
    exporters: { newrelic: { endpoint: url, api_key: apiKey, batch: { flush_timeout: '0s' }, ...delivery } },
    service: { pipelines: { metrics: { receivers: ['postgresql'], exporters: ['newrelic'] } } },
  }
}

function registry(ends: Ends, { createStore }: RigSettings): Registry {
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
        createStore(config, settings) {
          const open = () => newrelicExporter.createStore(config, settings)
          return createStore === undefined ? open() : createStore(open, settings)
        },
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
  /** Closes all that is the rig's own. */
  readonly stack: AsyncDisposable
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

  /** By component: `exporters/newrelic`. */
  get statuses(): ReadonlyMap<string, Status> {
    return this.#parts.collector.statuses()
  }

  /** The sums of one of the collector's own counters, by that attribute. */
  async counted(instrument: string, attribute: string): Promise<ReadonlyMap<string, number>> {
    const { resourceMetrics } = await this.#parts.own.collect()
    const counts = new Map<string, number>()
    for (const { descriptor, dataPoints } of resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics)) {
      if (descriptor.name !== instrument) continue
      for (const { attributes, value } of dataPoints) {
        const name = String(attributes[attribute])
        counts.set(name, (counts.get(name) ?? 0) + Number(value))
      }
    }
    return counts
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

  /** Scrapes everything once; resolves when it is stored or refused. */
  async collect(signal: AbortSignal): Promise<void> {
    const { collector, ends } = this.#parts
    if (!this.#exporting) await collector.startExporters()
    this.#exporting = true
    await ends.receiver?.collect(signal)
  }

  /** Resolves when all that is stored has been delivered or dropped. */
  async flush(signal: AbortSignal): Promise<void> {
    await this.#parts.ends.exporter?.flush(signal)
  }

  /**
   * Scrapes everything once and delivers it.
   * @returns the points that arrived
   */
  async scrape(signal: AbortSignal): Promise<readonly ReceivedPoint[]> {
    await this.collect(signal)
    await this.flush(signal)
    const points = this.received.points()
    const fresh = points.slice(this.#seen)
    this.#seen = points.length
    return fresh
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.stack[Symbol.asyncDispose]()
  }
}
