import type { Clock } from '../../../component/clock.ts'
import type { PointAccount } from '../../../component/point-account.ts'
import type { Temporality } from '../../../deltas/outgoing-point.ts'
import type { ExporterTelemetry } from '../account/exporter-telemetry.ts'
import type { DeliveryStore } from '../queue/delivery-store.ts'
import type { Encoding } from '../wire/encode-points.ts'
import type { AttributeLimits } from '../wire/limits.ts'

export interface EnqueueSettings {
  readonly store: DeliveryStore
  readonly account: PointAccount
  readonly telemetry: ExporterTelemetry
  readonly clock: Clock
  readonly temporality: Temporality
  readonly encoding: Encoding
  readonly limits: AttributeLimits | undefined
  readonly path: string
  /** Serialized, before compression. */
  readonly maxRequestBytes: number
}
