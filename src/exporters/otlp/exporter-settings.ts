import type { BackoffSettings } from '../../component/backoff.ts'
import type { Clock } from '../../component/clock.ts'
import type { Signal } from '../../pdata/signal.ts'
import type { Logger } from '../../telemetry/logger.ts'
import type { BreakerState } from './breaker.ts'
import type { Compression } from './compression.ts'
import type { TlsSettings } from './dispatcher.ts'
import type { Encoding } from './encode.ts'
import type { SignalTelemetry } from './exporter-telemetry.ts'
import type { SignalLimits } from './limits.ts'
import type { Temporality } from './outgoing-point.ts'
import type { DeliveryStore } from './store.ts'

/** Where and how an exporter sends: what the configuration of `otlp_http` or `newrelic` comes to. */
export interface OtlpTarget {
  /** The whole URL of each signal; one that is missing can't be sent. */
  readonly urls: Readonly<Partial<Record<Signal, string>>>
  readonly headers: Readonly<Record<string, string>>
  readonly compression: Compression
  readonly encoding: Encoding
  readonly temporality: Temporality
  readonly timeoutMs: number
  readonly backoff: BackoffSettings
  readonly lingerMs: number
  /** Most requests in flight at once. */
  readonly concurrency: number
  readonly tls: TlsSettings
  readonly limits?: SignalLimits
}

/** What an exporter's queue and endpoint are like now. */
export interface DeliveryReading {
  readonly requests: number
  /** Compressed. */
  readonly bytes: number
  /** Of the oldest request; `undefined` where none waits. */
  readonly oldestAgeMs: number | undefined
  readonly inFlight: number
  readonly breaker: BreakerState
}

export interface OtlpExporterSettings {
  readonly target: OtlpTarget
  readonly store: DeliveryStore
  readonly clock: Clock
  readonly logger: Logger
  /** For the User-Agent. */
  readonly version: string
  /** Nothing is told where it is missing. */
  readonly telemetry?: SignalTelemetry
  /** Lets the queue be observed from `start` until it is disposed at shutdown. */
  observeQueue?(read: () => DeliveryReading): Disposable
  /** How long a shutdown may take to deliver what is queued; 5 s. */
  readonly shutdownTimeoutMs?: number
}
