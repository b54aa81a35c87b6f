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
import { Grouping } from './batch-group.ts'
import { Intake } from './enqueue.ts'
import { LogIntake } from './enqueue-logs.ts'
import { LogSize } from './log-size.ts'
import { SdkIntake } from './sdk-push.ts'
import { maxRequestBytes, RequestSize } from './split.ts'

export interface PackingSettings {
  readonly store: DeliveryStore
  readonly clock: Clock
  readonly encoding: Encoding
  readonly temporality: Temporality
  /** How long a request waits for more. */
  readonly lingerMs: number
  readonly limits: SignalLimits | undefined
  readonly account: PointAccount
  readonly telemetry: SignalTelemetry
  /** How requests are to be compressed now. */
  compression(): Compression
  /** Told when there is something in the store to be sent. */
  stored(): void
}

/** From batches to stored requests: they are grouped by signal, points are judged, all is encoded. */
export class Packing {
  readonly #settings: PackingSettings
  readonly #metrics: Grouping<Batch>
  readonly #logs: Grouping<LogBatch>
  readonly #sdkIntake: SdkIntake

  constructor(settings: PackingSettings) {
    this.#settings = settings
    this.#metrics = this.#groupMetrics()
    this.#logs = this.#groupLogs()
    this.#sdkIntake = new SdkIntake(this.#intakeSettings('metrics'))
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
    this.#sdkIntake.store(resourceMetrics, this.#settings.compression())
    this.#settings.stored()
  }

  /** Stores what waits for more company. */
  close(): void {
    this.#metrics.close()
    this.#logs.close()
  }

  #groupMetrics(): Grouping<Batch> {
    const { temporality, encoding, lingerMs, clock, compression, stored } = this.#settings
    const intake = new Intake({ ...this.#intakeSettings('metrics'), temporality, path: signalPaths.metrics })
    return new Grouping({
      ...{ clock, lingerMs },
      newSize: () => new RequestSize(encoding),
      store(batches) {
        const refused = intake.store(batches, compression())
        stored()
        return refused
      },
      withdrawn: (batch) => intake.refuse(batch),
    })
  }

  #groupLogs(): Grouping<LogBatch> {
    const { encoding, lingerMs, clock, compression, stored } = this.#settings
    const intake = new LogIntake(this.#intakeSettings('logs'))
    return new Grouping({
      ...{ clock, lingerMs },
      newSize: () => new LogSize(encoding),
      store(batches) {
        intake.store(batches, compression())
        stored()
        return new Map()
      },
      withdrawn: () => {},
    })
  }

  #intakeSettings(signal: Signal) {
    const { store, clock, account, telemetry, encoding, limits } = this.#settings
    return { store, clock, account, encoding, limits: limits?.[signal], maxRequestBytes, telemetry: telemetry[signal] }
  }
}
