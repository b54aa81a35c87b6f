import type { LogBatch } from '../../../pdata/log-record.ts'
import { encodeRecords } from '../wire/encode-logs.ts'
import type { BatchEnqueuer } from './batcher.ts'
import { encodedRequests } from './encoded-requests.ts'
import type { EnqueueSettings } from './enqueue-settings.ts'
import type { RequestSize } from './request-size.ts'

/** Turns log batches into stored requests. */
export class LogEnqueuer implements BatchEnqueuer<LogBatch> {
  readonly #settings: EnqueueSettings

  constructor(settings: EnqueueSettings) {
    this.#settings = settings
  }

  measure(batch: LogBatch, size: RequestSize): void {
    size.addLogs(batch)
  }

  /**
   * Stores the records of all these batches, or none of them.
   * @throws StoreFullError, StoreFailedError
   */
  store(batches: readonly LogBatch[], itemsPerRequest: number): ReadonlyMap<LogBatch, unknown> {
    const { store, ledger, encoding, limits } = this.#settings
    const records = batches.flatMap(({ resource, scope, records }) =>
      records.map((record) => ({ resource, scope, record })),
    )
    const { requests, tooLarge } = encodedRequests(
      'logs',
      records,
      itemsPerRequest,
      (some) => encodeRecords(some, encoding, limits),
      this.#settings,
    )
    try {
      if (requests.length > 0) store.put(requests, [], new Map())
    } catch (error) {
      ledger.enqueueFailed(records.length)
      throw error
    }
    ledger.consumed(records.length)
    ledger.dropped('too_large', tooLarge)
    return new Map()
  }

  /** Log records have no baselines that a missing batch could spoil. */
  withdraw(): void {}
}
