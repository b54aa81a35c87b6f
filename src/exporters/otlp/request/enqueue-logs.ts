import type { Clock } from '../../../component/clock.ts'
import type { PointAccount } from '../../../component/point-account.ts'
import type { LogBatch } from '../../../pdata/log-record.ts'
import type { ExporterTelemetry } from '../account/exporter-telemetry.ts'
import type { DeliveryStore } from '../queue/delivery-store.ts'
import type { Compression } from '../wire/compression.ts'
import { encodeRecords } from '../wire/encode-logs.ts'
import type { Encoding } from '../wire/encode-points.ts'
import type { AttributeLimits } from '../wire/limits.ts'
import { signalPaths } from '../wire/signal-path.ts'
import { encodedRequests } from './encoded-requests.ts'

export interface LogIntakeSettings {
  readonly store: DeliveryStore
  readonly account: PointAccount
  /** Of logs. */
  readonly telemetry: ExporterTelemetry
  readonly clock: Clock
  readonly encoding: Encoding
  readonly limits: AttributeLimits | undefined
  /** Serialized, before compression. */
  readonly maxRequestBytes: number
}

/** Turns log batches into stored requests. */
export class LogEnqueuer {
  readonly #settings: LogIntakeSettings

  constructor(settings: LogIntakeSettings) {
    this.#settings = settings
  }

  /**
   * Stores the records of all these batches, or none of them.
   * @throws StoreFullError, StoreFailedError
   */
  store(batches: readonly LogBatch[], compression: Compression): void {
    const { store, account, telemetry, encoding, limits, clock, maxRequestBytes } = this.#settings
    const records = batches.flatMap(({ resource, scope, records }) =>
      records.map((record) => ({ resource, scope, record })),
    )
    const path = signalPaths.logs
    const { requests, tooLarge } = encodedRequests(records, (some) => encodeRecords(some, encoding, limits), {
      ...{ encoding, compression, path, clock, maxRequestBytes },
    })
    try {
      if (requests.length > 0) store.put(requests, [], new Map())
    } catch (error) {
      telemetry.enqueueFailed(records.length)
      throw error
    }
    account.consumed(records.length)
    if (tooLarge === 0) return
    account.dropped('too_large', tooLarge)
    telemetry.dropped('too_large', tooLarge)
  }
}
