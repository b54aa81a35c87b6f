import type { Resource } from '../../../pdata/batch.ts'
import type { LogBatch } from '../../../pdata/log-record.ts'
import type { Encoding } from '../wire/encode-points.ts'
import type { GroupSize } from './batch-group.ts'
import { estimateRecord, estimateResource } from './size-estimate.ts'
import { targetRequestBytes, targetRequestPoints } from './split.ts'

/** Adds up about how big a request of log records gets. */
export class LogSize implements GroupSize<LogBatch> {
  readonly #encoding: Encoding
  readonly #resources = new Set<Resource>()
  #bytes = 0
  #records = 0

  constructor(encoding: Encoding) {
    this.#encoding = encoding
  }

  get full(): boolean {
    return this.#bytes >= targetRequestBytes || this.#records >= targetRequestPoints
  }

  add({ resource, records }: LogBatch): void {
    if (!this.#resources.has(resource)) {
      this.#resources.add(resource)
      this.#bytes += estimateResource(resource, this.#encoding)
    }
    for (const record of records) this.#bytes += estimateRecord(record, this.#encoding)
    this.#records += records.length
  }
}
