import type { Batch } from '../pdata/batch.ts'
import type { LogBatch } from '../pdata/log-record.ts'

/** Where a scraper puts what it reads. Resolves when there is room for more, so memory stays bounded. */
export interface Sink {
  metrics(batch: Batch): Promise<void>
  logs(batch: LogBatch): Promise<void>
}

/** One unit of collection. It neither counts nor logs: its controller does. */
export interface Scraper {
  readonly name: string
  /** Milliseconds between scrapes, where it isn't the receiver's collection_interval. */
  readonly intervalMs?: number
  /**
   * Reads once and gives batches to the sink as they come.
   * @throws PartialScrapeError when something is missing but what was given stays; anything else when all failed
   */
  scrape(sink: Sink, signal: AbortSignal): Promise<void>
}
