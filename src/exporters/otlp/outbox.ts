import type { ResourceMetrics } from '@opentelemetry/sdk-metrics'
import type { Dispatcher } from 'undici'
import type { Account } from '../../component/exporter.ts'
import type { Host } from '../../component/host.ts'
import type { Status } from '../../component/status.ts'
import type { Batch } from '../../pdata/batch.ts'
import { compress } from './compression.ts'
import { Delivery } from './deliver.ts'
import { createDispatcher } from './dispatcher.ts'
import { DropLog } from './drop-log.ts'
import { encodeResourceMetrics } from './encode.ts'
import { ExportError } from './export-error.ts'
import type { DeliveryReading, OtlpExporterSettings } from './exporter-settings.ts'
import { type ExporterTelemetry, noExporterTelemetry } from './exporter-telemetry.ts'
import { Grouping } from './group.ts'
import { Intake } from './intake.ts'
import { PointAccount } from './point-account.ts'
import { countPoints, splitResourceMetrics } from './sdk-metrics.ts'
import { send } from './send.ts'
import { maxRequestBytes } from './split.ts'

const path = '/v1/metrics'

/** What an exporter is made of: batches are grouped, judged, encoded and stored, and what is stored is delivered. */
export class Outbox {
  readonly #settings: OtlpExporterSettings
  readonly #telemetry: ExporterTelemetry
  readonly #account: PointAccount
  readonly #dispatcher: Dispatcher
  readonly #delivery: Delivery
  readonly #grouping: Grouping
  #host: Host | undefined
  #observation: Disposable | undefined
  #shutdown: Promise<void> | undefined

  constructor(settings: OtlpExporterSettings) {
    const { target, store, clock } = settings
    this.#settings = settings
    this.#telemetry = settings.telemetry ?? noExporterTelemetry
    this.#account = new PointAccount(store.size().points)
    this.#dispatcher = createDispatcher(target.tls)
    this.#delivery = this.#makeDelivery()
    const drops = new DropLog(settings.logger, clock)
    store.onDropped((reason, points) => {
      this.#account.dropped(reason, points)
      this.#telemetry.dropped(reason, points)
      // What is damaged the store says itself, with the place.
      if (reason !== 'damaged') drops.dropped(reason, points)
      this.#delivery.wake()
    })
    const intake = new Intake({
      ...{ store, clock, path, maxRequestBytes, account: this.#account, telemetry: this.#telemetry },
      temporality: target.temporality,
      encoding: target.encoding,
      limits: target.limits,
    })
    this.#grouping = new Grouping({
      clock,
      encoding: target.encoding,
      lingerMs: target.lingerMs,
      store: (batches) => {
        const refused = intake.store(batches, this.#delivery.compression)
        this.#stored()
        return refused
      },
      withdrawn: (batch) => intake.refuse(batch),
    })
  }

  start(host: Host): void {
    if (this.#shutdown !== undefined) return
    this.#host = host
    this.#report({ kind: 'starting' })
    this.#observation = this.#settings.observeQueue?.(() => this.#reading())
    this.#delivery.start()
    const { origin, pathname } = new URL(this.#settings.target.metricsUrl)
    this.#settings.logger.info('Delivering.', { endpoint: `${origin}${pathname}` })
    this.#report({ kind: 'ok' })
  }

  async consume(batch: Batch, signal: AbortSignal): Promise<void> {
    this.#refuseAfterShutdown(batch.points.length)
    await this.#grouping.add(batch, signal)
  }

  /** Stores metrics of the SDK as they are. */
  consumeSdk(resourceMetrics: ResourceMetrics): void {
    const { store, clock, target } = this.#settings
    const points = countPoints(resourceMetrics)
    this.#refuseAfterShutdown(points)
    if (points === 0) return
    const body = encodeResourceMetrics([resourceMetrics], target.encoding)
    if (body.byteLength > maxRequestBytes && points > 1) {
      for (const half of splitResourceMetrics(resourceMetrics)) this.consumeSdk(half)
      return
    }
    const { compression } = this.#delivery
    const bytes = compress(body, compression)
    const encoded = { bytes, sizeBytes: body.byteLength, encoding: target.encoding, compression }
    try {
      store.put({ ...encoded, path, points, createdMs: clock.now() }, [], new Map())
    } catch (error) {
      this.#telemetry.enqueueFailed(points)
      throw error
    }
    this.#account.consumed(points)
    this.#stored()
  }

  account(): Account {
    return this.#account.read(this.#settings.store.size().points)
  }

  async flush(signal: AbortSignal): Promise<void> {
    this.#grouping.close()
    await this.#delivery.empty(signal)
  }

  shutdown(): Promise<void> {
    this.#shutdown ??= this.#stop()
    return this.#shutdown
  }

  async #stop(): Promise<void> {
    this.#report({ kind: 'stopping' })
    // What waits for more company is stored first, so that it is delivered with the rest.
    this.#grouping.close()
    await this.#delivery.shutdown()
    await this.#dispatcher.destroy()
    this.#observation?.[Symbol.dispose]()
    this.#report({ kind: 'stopped' })
  }

  #refuseAfterShutdown(points: number): void {
    if (this.#shutdown === undefined) return
    this.#telemetry.enqueueFailed(points)
    throw new ExportError('the exporter is shut down')
  }

  #reading(): DeliveryReading {
    const { store, clock } = this.#settings
    const { requests, bytes } = store.size()
    const oldestMs = store.oldestMs()
    const oldestAgeMs = oldestMs === undefined ? undefined : Math.max(0, clock.now() - oldestMs)
    return { requests, bytes, oldestAgeMs, ...this.#delivery.state }
  }

  /** Nobody calls `start` where the exporter is used with the SDK. */
  #stored(): void {
    this.#delivery.start()
    this.#delivery.wake()
  }

  #report(status: Status): void {
    this.#host?.report(status)
  }

  #makeDelivery(): Delivery {
    const { target, store, logger, clock, version, shutdownTimeoutMs = 5_000 } = this.#settings
    const sendSettings = {
      url: target.metricsUrl,
      headers: { ...target.headers, 'user-agent': `otelephant/${version}` },
      timeoutMs: target.timeoutMs,
      dispatcher: this.#dispatcher,
    }
    return new Delivery({
      ...{ store, logger, clock, shutdownTimeoutMs, account: this.#account, telemetry: this.#telemetry },
      backoff: target.backoff,
      concurrency: target.concurrency,
      compression: target.compression,
      send: (request, signal) => send(request, sendSettings, signal),
      report: (status) => this.#report(status),
    })
  }
}
