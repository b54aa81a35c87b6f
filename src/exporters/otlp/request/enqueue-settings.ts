import type { Clock } from '../../../component/clock.ts'
import type { Temporality } from '../../../deltas/outgoing-point.ts'
import type { SignalLedger } from '../account/ledger.ts'
import type { DeliveryStore } from '../queue/delivery-store.ts'
import type { Compressor } from '../wire/compressor.ts'
import type { Encoding } from '../wire/encoding.ts'
import type { AttributeLimits } from '../wire/limits.ts'

/** What it takes to store items of one signal. */
export interface EnqueueSettings {
  readonly store: DeliveryStore
  /** Of that signal. */
  readonly ledger: SignalLedger
  readonly clock: Pick<Clock, 'now'>
  readonly encoding: Encoding
  readonly compressor: Compressor
  readonly limits: AttributeLimits | undefined
  /** Serialized, before compression. */
  readonly maxRequestBytes: number
}

export interface PointEnqueueSettings extends EnqueueSettings {
  readonly temporality: Temporality
}
