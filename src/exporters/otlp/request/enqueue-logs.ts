import type { LogBatch } from '../../../pdata/log-record.ts'
import { RequestWriter } from '../wire/request-writer.ts'
import type { BatchEnqueuer } from './batcher.ts'
import type { EnqueueSettings } from './enqueue-settings.ts'
import { fillOfRecords } from './fill.ts'
import { newRequests } from './new-requests.ts'

/** Turns log batches into stored requests. */
export class LogEnqueuer implements BatchEnqueuer<LogBatch> {
  readonly #settings: EnqueueSettings
  readonly #writer: RequestWriter

  constructor(settings: EnqueueSettings) {
    this.#settings = settings
    this.#writer = new RequestWriter({ ...settings, signal: 'logs' })
  }

  fill(batch: LogBatch): number {
    return fillOfRecords(batch)
  }

  /**
   * Stores the records of all these batches, or none of them.
   * @throws StoreFullError, StoreFailedError
   */
  store(batches: readonly LogBatch[]): ReadonlyMap<LogBatch, unknown> {
    const { store, ledger } = this.#settings
    const writer = this.#writer
    const items = batches.flatMap(({ resource, scope, records }) =>
      records.map((record) => ({ resource, scope, record })),
    )
    const { requests, dropped } = newRequests(
      items,
      ({ resource, scope, record }) => writer.addRecord(resource, scope, record),
      writer,
      this.#settings,
    )
    try {
      if (requests.length > 0) store.put(requests, [], new Map())
    } catch (error) {
      ledger.enqueueFailed(items.length)
      throw error
    }
    ledger.consumed(items.length)
    for (const [reason, records] of dropped) ledger.dropped(reason, records)
    return new Map()
  }

  /** Log records have no baselines that a missing batch could spoil. */
  withdraw(): void {}
}
