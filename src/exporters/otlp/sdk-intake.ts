import type { ResourceMetrics } from '@opentelemetry/sdk-metrics'
import type { Clock } from '../../component/clock.ts'
import { type Compression, compress } from './compression.ts'
import { type Encoding, encodeResourceMetrics } from './encode.ts'
import type { ExporterTelemetry } from './exporter-telemetry.ts'
import type { PointAccount } from './point-account.ts'
import { countPoints, splitResourceMetrics } from './sdk-metrics.ts'
import { signalPaths } from './signal-paths.ts'
import type { DeliveryStore } from './store.ts'

export interface SdkIntakeSettings {
  readonly store: DeliveryStore
  readonly account: PointAccount
  readonly telemetry: ExporterTelemetry
  readonly clock: Clock
  readonly encoding: Encoding
  /** Serialized, before compression. */
  readonly maxRequestBytes: number
}

/** Stores metrics of the SDK as they are. */
export class SdkIntake {
  readonly #settings: SdkIntakeSettings

  constructor(settings: SdkIntakeSettings) {
    this.#settings = settings
  }

  /** @throws StoreFullError, StoreFailedError; what was stored before is safe */
  store(resourceMetrics: ResourceMetrics, compression: Compression): void {
    const { store, account, telemetry, clock, encoding, maxRequestBytes } = this.#settings
    const points = countPoints(resourceMetrics)
    if (points === 0) return
    const body = encodeResourceMetrics([resourceMetrics], encoding)
    if (body.byteLength > maxRequestBytes && points > 1) {
      for (const half of splitResourceMetrics(resourceMetrics)) this.store(half, compression)
      return
    }
    const bytes = compress(body, compression)
    const encoded = { bytes, sizeBytes: body.byteLength, encoding, compression }
    try {
      store.put([{ ...encoded, path: signalPaths.metrics, points, createdMs: clock.now() }], [], new Map())
    } catch (error) {
      telemetry.enqueueFailed(points)
      throw error
    }
    account.consumed(points)
  }
}
