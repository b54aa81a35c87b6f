import type { ResourceMetrics } from '@opentelemetry/sdk-metrics'
import type { Dispatcher } from 'undici'
import type { Account, Exporter } from '../../component/exporter.ts'
import type { Host } from '../../component/host.ts'
import type { Status } from '../../component/status.ts'
import type { Batch } from '../../pdata/batch.ts'
import type { LogBatch } from '../../pdata/log-record.ts'
import { pointsIn } from '../../pdata/points-in.ts'
import type { Signal } from '../../pdata/signal.ts'
import { Ledger } from './account/ledger.ts'
import type { DeliveryReading } from './account/observe-queue.ts'
import { DeliveryLoop } from './delivery/delivery-loop.ts'
import { createDispatcher } from './delivery/dispatcher.ts'
import { DropLog } from './delivery/drop-log.ts'
import { ExportError } from './delivery/export-error.ts'
import type { OtlpExporterSettings } from './exporter-settings.ts'
import { Batcher } from './request/batcher.ts'
import { PointEnqueuer } from './request/enqueue.ts'
import { LogEnqueuer } from './request/enqueue-logs.ts'
import type { EnqueueSettings } from './request/enqueue-settings.ts'
import { countPoints, storeSdkMetrics } from './request/sdk-push.ts'
import { Compressor } from './wire/compressor.ts'
import { maxRequestBytes } from './wire/limits.ts'

/**
 * Delivers metrics and log records over OTLP/HTTP from a queue and loses no increment: batches become stored requests, a
 * counter's baseline moves only with the request that holds its delta, and what is stored is delivered.
 */
export class OtlpExporter implements Exporter {
  readonly #settings: OtlpExporterSettings
  readonly #ledger: Ledger
  readonly #compressor: Compressor
  readonly #dispatcher: Dispatcher
  readonly #metrics: Batcher<Batch>
  readonly #logs: Batcher<LogBatch>
  readonly #delivery: DeliveryLoop
  #host: Host | undefined
  #observedQueue: Disposable | undefined
  #shutdown: Promise<void> | undefined

  constructor(settings: OtlpExporterSettings) {
    const { target, store, clock, logger, version, shutdownTimeoutMs = 5_000 } = settings
    const { flushTimeoutMs, temporality } = target
    this.#settings = settings
    this.#ledger = new Ledger(store.size().points, settings.telemetry)
    this.#compressor = new Compressor(target.compression)
    this.#dispatcher = createDispatcher(target.tls)
    const points = new PointEnqueuer({ ...this.#enqueueSettings('metrics'), temporality })
    const records = new LogEnqueuer(this.#enqueueSettings('logs'))
    this.#metrics = new Batcher({ enqueuer: points, clock, flushTimeoutMs })
    this.#logs = new Batcher({ enqueuer: records, clock, flushTimeoutMs })
    this.#delivery = new DeliveryLoop({
      target: { ...target, headers: { ...target.headers, 'user-agent': `otelephant/${version}` } },
      store,
      ledger: this.#ledger,
      compressor: this.#compressor,
      dispatcher: this.#dispatcher,
      clock,
      logger,
      shutdownTimeoutMs,
      // What the endpoint does during the shutdown changes the status no more.
      report: (status) => this.#shutdown === undefined && this.#report(status),
    })
    const drops = new DropLog(logger, clock)
    store.onDropped((reason, items, signal) => {
      this.#ledger[signal].dropped(reason, items)
      // Damage is logged by the store, which knows where it is.
      if (reason !== 'damaged') drops.dropped(reason, signal, items)
      this.#delivery.dropped()
    })
  }

  async start(host: Host): Promise<void> {
    if (this.#shutdown !== undefined) return
    this.#host = host
    this.#report({ kind: 'starting' })
    this.#observedQueue = this.#settings.observeQueue?.(() => this.#reading())
    this.#delivery.start()
    this.#settings.logger.info('Delivering.', this.#addresses())
    this.#report({ kind: 'ok' })
  }

  async consume(batch: Batch, signal: AbortSignal): Promise<void> {
    this.#refuseAfterShutdown('metrics', pointsIn(batch))
    try {
      await this.#metrics.add(batch, signal)
    } finally {
      // A part of it may be stored even where it is rejected.
      this.#delivery.wake()
    }
  }

  async consumeLogs(batch: LogBatch, signal: AbortSignal): Promise<void> {
    this.#refuseAfterShutdown('logs', batch.records.length)
    if (batch.records.length === 0) return
    await this.#logs.add(batch, signal)
    this.#delivery.wake()
  }

  /** Stores metrics of the SDK as they are, at once. */
  consumeSdk(resourceMetrics: ResourceMetrics): void {
    this.#refuseAfterShutdown('metrics', countPoints(resourceMetrics))
    try {
      storeSdkMetrics(resourceMetrics, this.#enqueueSettings('metrics'))
    } finally {
      this.#delivery.wake()
    }
  }

  account(): Account {
    return this.#ledger.read(this.#settings.store.size().points)
  }

  async flush(signal: AbortSignal): Promise<void> {
    this.#closeGroups()
    await this.#delivery.empty(signal)
  }

  shutdown(): Promise<void> {
    this.#shutdown ??= this.#stop()
    return this.#shutdown
  }

  async #stop(): Promise<void> {
    this.#report({ kind: 'stopping' })
    // What waits for more batches is stored first, so that it is delivered with the rest.
    this.#closeGroups()
    await this.#delivery.shutdown()
    await this.#dispatcher.destroy()
    this.#observedQueue?.[Symbol.dispose]()
    this.#report({ kind: 'stopped' })
  }

  #closeGroups(): void {
    this.#metrics.close()
    this.#logs.close()
  }

  #refuseAfterShutdown(signal: Signal, items: number): void {
    if (this.#shutdown === undefined) return
    this.#ledger[signal].enqueueFailed(items)
    throw new ExportError('the exporter is shut down')
  }

  #enqueueSettings(signal: Signal): EnqueueSettings {
    const { store, clock, target } = this.#settings
    return {
      store,
      ledger: this.#ledger[signal],
      clock,
      encoding: target.encoding,
      compressor: this.#compressor,
      limits: target.limits?.[signal],
      maxRequestBytes,
    }
  }

  #reading(): DeliveryReading {
    const { store, clock } = this.#settings
    const { requests, bytes } = store.size()
    const oldestMs = store.oldestMs()
    const oldestAgeMs = oldestMs === undefined ? undefined : Math.max(0, clock.now() - oldestMs)
    return { requests, bytes, oldestAgeMs, ...this.#delivery.state }
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
}
