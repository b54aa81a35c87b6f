import type { Batch } from '../pdata/batch.ts'
import type { LogBatch } from '../pdata/log-record.ts'
import type { Signal } from '../pdata/signal.ts'

/** Takes what receivers produce. */
export interface Consumer {
  /**
   * The signals that are taken further; both where it is missing. Others are accepted and dropped, so a receiver needn't read
   * what they are made of.
   */
  readonly signals?: ReadonlySet<Signal>
  /**
   * Resolves when the batch is safe (stored), rejects when it can't be: then no baseline has moved, and the increments
   * come again with the next scrape.
   */
  consume(batch: Batch, signal: AbortSignal): Promise<void>
  /** Resolves when the records are safe (stored), rejects when they can't be: then they are lost, and counted as such. */
  consumeLogs(batch: LogBatch, signal: AbortSignal): Promise<void>
}
