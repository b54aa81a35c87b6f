import type { Batch } from '../pdata/batch.ts'

/** Takes what receivers produce. */
export interface Consumer {
  /**
   * Resolves when the batch is safe (stored), rejects when it can't be: then no baseline has moved, and the increments
   * come again with the next scrape.
   */
  consume(batch: Batch, signal: AbortSignal): Promise<void>
}
