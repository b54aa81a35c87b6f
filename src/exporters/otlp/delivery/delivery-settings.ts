import type { Dispatcher } from 'undici'
import type { BackoffSettings } from '../../../component/backoff.ts'
import type { Clock } from '../../../component/clock.ts'
import type { Status } from '../../../component/status.ts'
import type { Signal } from '../../../pdata/signal.ts'
import type { Logger } from '../../../telemetry/logger.ts'
import type { Ledger } from '../account/ledger.ts'
import type { DeliveryStore } from '../queue/delivery-store.ts'
import type { Compressor } from '../wire/compressor.ts'

/** Where requests go, and how they are tried. */
export interface DeliveryTarget {
  /** The whole URL of each signal; one that is missing can't be sent. */
  readonly urls: Readonly<Partial<Record<Signal, string>>>
  readonly headers: Readonly<Record<string, string>>
  /** Of one attempt, from the connection to the last byte of the response. */
  readonly timeoutMs: number
  readonly backoff: BackoffSettings
  /** Most requests in flight at once. */
  readonly concurrency: number
}

export interface DeliverySettings {
  readonly target: DeliveryTarget
  readonly store: DeliveryStore
  readonly ledger: Ledger
  readonly compressor: Compressor
  readonly dispatcher: Dispatcher
  readonly clock: Clock
  readonly logger: Logger
  /** How long a shutdown may take to deliver what is queued. */
  readonly shutdownTimeoutMs: number
  report(status: Status): void
}
