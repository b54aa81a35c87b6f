import type { ResourceMetrics } from '@opentelemetry/sdk-metrics'
import type { Clock } from '../../../component/clock.ts'
import type { PointAccount } from '../../../component/point-account.ts'
import type { Temporality } from '../../../deltas/outgoing-point.ts'
import type { Batch } from '../../../pdata/batch.ts'
import type { LogBatch } from '../../../pdata/log-record.ts'
import type { Signal } from '../../../pdata/signal.ts'
import type { SignalTelemetry } from '../account/exporter-telemetry.ts'
import type { DeliveryStore } from '../queue/delivery-store.ts'
import type { Compression } from '../wire/compression.ts'
import type { Encoding } from '../wire/encode-points.ts'
import type { SignalLimits } from '../wire/limits.ts'
import { signalPaths } from '../wire/signal-path.ts'
import { BatchGroups } from './batch-group.ts'
import { Enqueuer } from './enqueue.ts'
import { LogEnqueuer } from './enqueue-logs.ts'
import { LogSize } from './log-size.ts'
import { SdkPush } from './sdk-push.ts'
import { maxRequestBytes, RequestSize } from './split.ts'

export interface BatcherSettings {
  readonly store: DeliveryStore
  readonly clock: Clock
  readonly encoding: Encoding
  readonly temporality: Temporality
  /** How long a request waits for more. */
  readonly flushTimeoutMs: number
  readonly limits: SignalLimits | undefined
  readonly account: PointAccount
  readonly telemetry: SignalTelemetry
  /** How requests are to be compressed now. */
  compression(): Compression
  /** Told when there is something in the store to be sent. */
  stored(): void
}

/** From batches to stored requests: they are grouped by signal, points are judged, all is encoded. */
export class Batcher {
  readonly #settings: BatcherSettings
  readonly #metrics: BatchGroups<Batch>
  readonly #logs: BatchGroups<LogBatch>
  readonly #sdkPush: SdkPush

  constructor(settings: BatcherSettings) {
    this.#settings = settings
    this.#metrics = this.#groupMetrics()
    this.#logs = this.#groupLogs()
    this.#sdkPush = new SdkPush(this.#enqueueSettings('metrics'))
  }

  /** Resolves when the batch was stored; rejects when it wasn't. */
  async add(batch: Batch, signal: AbortSignal): Promise<void> {
    await this.#metrics.add(batch, signal)
  }

  /** Resolves when the records were stored; rejects when they weren't. */
  async addLogs(batch: LogBatch, signal: AbortSignal): Promise<void> {
    if (batch.records.length > 0) await this.#logs.add(batch, signal)
  }

  /** Stores metrics of the SDK as they are, at once. */
  addSdk(resourceMetrics: ResourceMetrics): void {
    this.#sdkPush.store(resourceMetrics, this.#settings.compression())
    this.#settings.stored()
  }

  /** Stores what waits for more company. */
  close(): void {
    this.#metrics.close()
    this.#logs.close()
  }

  #groupMetrics(): BatchGroups<Batch> {
    const { temporality, encoding, flushTimeoutMs, clock, compression, stored } = this.#settings
    const enqueuer = new Enqueuer({ ...this.#enqueueSettings('metrics'), temporality, path: signalPaths.metrics })
    return new BatchGroups({
      ...{ clock, flushTimeoutMs },
      newSize: () => new RequestSize(encoding),
      store(batches) {
        const refused = enqueuer.store(batches, compression())
        stored()
        return refused
      },
      withdrawn: (batch) => enqueuer.refuse(batch),
    })
  }

  #groupLogs(): BatchGroups<LogBatch> {
    const { encoding, flushTimeoutMs, clock, compression, stored } = this.#settings
    const enqueuer = new LogEnqueuer(this.#enqueueSettings('logs'))
    return new BatchGroups({
      ...{ clock, flushTimeoutMs },
      newSize: () => new LogSize(encoding),
      store(batches) {
        enqueuer.store(batches, compression())
        stored()
        return new Map()
      },
      withdrawn: () => {},
    })
  }

  #enqueueSettings(signal: Signal) {
    const { store, clock, account, telemetry, encoding, limits } = this.#settings
    return { store, clock, account, encoding, limits: limits?.[signal], maxRequestBytes, telemetry: telemetry[signal] }
  }
}
