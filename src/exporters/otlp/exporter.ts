import type { ResourceMetrics } from '@opentelemetry/sdk-metrics'
import type { Dispatcher } from 'undici'
import type { Account, Exporter } from '../../component/exporter.ts'
import type { Host } from '../../component/host.ts'
import { PointAccount } from '../../component/point-account.ts'
import type { Status } from '../../component/status.ts'
import type { Batch } from '../../pdata/batch.ts'
import type { LogBatch } from '../../pdata/log-record.ts'
import { pointsIn } from '../../pdata/points-in.ts'
import type { Signal } from '../../pdata/signal.ts'
import { noSignalTelemetry, type SignalTelemetry } from './account/exporter-telemetry.ts'
import type { DeliveryReading } from './account/observe-queue.ts'
import { DeliveryLoop } from './delivery/delivery-loop.ts'
import { createDispatcher } from './delivery/dispatcher.ts'
import { DropLog } from './delivery/drop-log.ts'
import { ExportError } from './delivery/export-error.ts'
import { send } from './delivery/send.ts'
import type { OtlpExporterSettings } from './exporter-settings.ts'
import type { StoredRequest } from './queue/delivery-store.ts'
import { Batcher } from './request/batcher.ts'
import { countPoints } from './request/sdk-metrics.ts'
import { signalOf } from './wire/signal-path.ts'

/**
 * Delivers metrics and log records over OTLP/HTTP from a queue and loses no increment: batches become stored requests, a
 * counter's baseline moves only with the request that holds its delta, and what is stored is delivered.
 */
export class OtlpExporter implements Exporter {
  readonly #settings: OtlpExporterSettings
  readonly #telemetry: SignalTelemetry
  readonly #account: PointAccount
  readonly #dispatcher: Dispatcher
  readonly #delivery: DeliveryLoop
  readonly #batcher: Batcher
  #host: Host | undefined
  #serverState: Disposable | undefined
  #shutdown: Promise<void> | undefined

  constructor(settings: OtlpExporterSettings) {
    const { target, store, clock } = settings
    this.#settings = settings
    this.#telemetry = settings.telemetry ?? noSignalTelemetry
    this.#account = new PointAccount(store.size().points)
    this.#dispatcher = createDispatcher(target.tls)
    this.#delivery = this.#makeDelivery()
    const drops = new DropLog(settings.logger, clock)
    store.onDropped((reason, items, path) => {
      const signal = signalOf(path)
      this.#account.dropped(reason, items)
      this.#telemetry[signal].dropped(reason, items)
      // What is damaged the store says itself, with the place.
      if (reason !== 'damaged') drops.dropped(reason, signal, items)
      this.#delivery.dropped()
    })
    this.#batcher = new Batcher({
      ...{ store, clock, account: this.#account, telemetry: this.#telemetry },
      ...{
        encoding: target.encoding,
        temporality: target.temporality,
        flushTimeoutMs: target.flushTimeoutMs,
        limits: target.limits,
      },
      compression: () => this.#delivery.compression,
      stored: () => this.#stored(),
    })
  }

  async start(host: Host): Promise<void> {
    if (this.#shutdown !== undefined) return
    this.#host = host
    this.#report({ kind: 'starting' })
    this.#serverState = this.#settings.observeQueue?.(() => this.#reading())
    this.#delivery.start()
    this.#settings.logger.info('Delivering.', this.#addresses())
    this.#report({ kind: 'ok' })
  }

  async consume(batch: Batch, signal: AbortSignal): Promise<void> {
    this.#refuseAfterShutdown('metrics', pointsIn(batch))
    await this.#batcher.add(batch, signal)
  }

  async consumeLogs(batch: LogBatch, signal: AbortSignal): Promise<void> {
    this.#refuseAfterShutdown('logs', batch.records.length)
    await this.#batcher.addLogs(batch, signal)
  }

  /** Stores metrics of the SDK as they are. */
  consumeSdk(resourceMetrics: ResourceMetrics): void {
    this.#refuseAfterShutdown('metrics', countPoints(resourceMetrics))
    this.#batcher.addSdk(resourceMetrics)
  }

  account(): Account {
    return this.#account.read(this.#settings.store.size().points)
  }

  async flush(signal: AbortSignal): Promise<void> {
    this.#batcher.close()
    await this.#delivery.empty(signal)
  }

  shutdown(): Promise<void> {
    this.#shutdown ??= this.#stop()
    return this.#shutdown
  }

  async #stop(): Promise<void> {
    this.#report({ kind: 'stopping' })
    // What waits for more company is stored first, so that it is delivered with the rest.
    this.#batcher.close()
    await this.#delivery.shutdown()
    await this.#dispatcher.destroy()
    this.#serverState?.[Symbol.dispose]()
    this.#report({ kind: 'stopped' })
  }

  #refuseAfterShutdown(signal: Signal, items: number): void {
    if (this.#shutdown === undefined) return
    this.#telemetry[signal].enqueueFailed(items)
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

  /** Where each signal goes, without what may be secret in it. */
  #addresses(): Readonly<Record<string, string>> {
    const addresses = Object.entries(this.#settings.target.urls).map(([signal, url]) => {
      const { origin, pathname } = new URL(url)
      return [signal, `${origin}${pathname}`]
    })
    return Object.fromEntries(addresses)
  }

  #makeDelivery(): DeliveryLoop {
    const { target, store, logger, clock, version, shutdownTimeoutMs = 5_000 } = this.#settings
    const sendSettings = {
      headers: { ...target.headers, 'user-agent': `otelephant/${version}` },
      timeoutMs: target.timeoutMs,
      dispatcher: this.#dispatcher,
    }
    return new DeliveryLoop({
      ...{ store, logger, clock, shutdownTimeoutMs, account: this.#account, telemetry: this.#telemetry },
      backoff: target.backoff,
      concurrency: target.concurrency,
      compression: target.compression,
      send: async (request, signal) => send(request, { ...sendSettings, url: this.#urlOf(request) }, signal),
      report: (status) => this.#report(status),
    })
  }

  /** @throws Error where what was stored before can't be sent with this configuration */
  #urlOf({ path }: StoredRequest): string {
    const signal = signalOf(path)
    const url = this.#settings.target.urls[signal]
    if (url === undefined) throw new Error(`the exporter has no address for ${signal} any more`)
    return url
  }
}
