import type { Clock } from '../../component/clock.ts'
import type { Temporality } from '../../deltas/outgoing-point.ts'
import type { Logger } from '../../telemetry/logger.ts'
import type { SignalTelemetry } from './account/exporter-telemetry.ts'
import type { DeliveryReading } from './account/observe-queue.ts'
import type { DeliveryTarget } from './delivery/delivery-settings.ts'
import type { TlsSettings } from './delivery/dispatcher.ts'
import type { DeliveryStore } from './queue/delivery-store.ts'
import type { Compression } from './wire/compression.ts'
import type { Encoding } from './wire/encoding.ts'
import type { SignalLimits } from './wire/limits.ts'

/** Where and how an exporter sends: what the configuration of `otlp_http` or `newrelic` comes to. */
export interface OtlpTarget extends DeliveryTarget {
  readonly compression: Compression
  readonly encoding: Encoding
  readonly temporality: Temporality
  /** How long a request waits for the points of other queries. */
  readonly flushTimeoutMs: number
  readonly tls: TlsSettings
  readonly limits?: SignalLimits
}

export interface OtlpExporterSettings {
  readonly target: OtlpTarget
  readonly store: DeliveryStore
  readonly clock: Clock
  readonly logger: Logger
  /** For the User-Agent. */
  readonly version: string
  /** Missing where nothing is measured. */
  readonly telemetry?: SignalTelemetry
  /** Lets the queue be observed from `start` until it is disposed at shutdown. */
  observeQueue?(read: () => DeliveryReading): Disposable
  /** How long a shutdown may take to deliver what is queued; 5 s. */
  readonly shutdownTimeoutMs?: number
}
