import type { ResourceMetrics } from '@opentelemetry/sdk-metrics'
import type { Clock } from '../../../component/clock.ts'
import type { PointAccount } from '../../../component/point-account.ts'
import type { ExporterTelemetry } from '../account/exporter-telemetry.ts'
import type { DeliveryStore } from '../queue/delivery-store.ts'
import { type Compression, compress } from '../wire/compression.ts'
import { type Encoding, encodeResourceMetrics } from '../wire/encode-points.ts'
import { signalPaths } from '../wire/signal-path.ts'
import { countPoints, splitResourceMetrics } from './sdk-metrics.ts'

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
export class SdkPush {
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
