import type { Meter } from '@opentelemetry/api'
import { instruments } from '../../generated/scraper/telemetry.ts'
import type { Signal } from '../pdata/signal.ts'

/** How a scrape ended. `partial`: something was read, something is missing. `cancelled`: by a shutdown, which is no failure. */
export type ScrapeResult = 'ok' | 'partial' | 'failed' | 'cancelled'

/** What a controller reports about its scrapes. Items are the data points of metrics and the records of logs. */
export interface ScraperTelemetry {
  /** What a scraper gave. */
  scraped(scraper: string, signal: Signal, items: number): void
  /** Data points that are missing, as far as known: at least one for each scrape that failed. */
  errored(scraper: string, points: number): void
  /** What the pipeline took. */
  accepted(signal: Signal, items: number): void
  /** What the pipeline could not take. */
  refused(signal: Signal, items: number): void
  duration(scraper: string, durationMs: number, result: ScrapeResult): void
  /** Ticks that passed while the scraper was still busy. */
  skippedTicks(scraper: string, count: number): void
  /** @param timeMs when a scrape ended with nothing missing; milliseconds since the Unix epoch */
  lastSuccess(scraper: string, timeMs: number): void
}

export const noScraperTelemetry: ScraperTelemetry = {
  scraped() {},
  errored() {},
  accepted() {},
  refused() {},
  duration() {},
  skippedTicks() {},
  lastSuccess() {},
}

/**
 * What a controller reports, as the collector's own instruments.
 * @param receiver the receiver's id, an attribute of every point
 */
export function scraperTelemetry(meter: Meter, receiver: string): ScraperTelemetry {
  const own = instruments(meter)
  const scraped = { metrics: own.otelcolScraperScrapedMetricPoints, logs: own.otelcolScraperScrapedLogRecords }
  const accepted = { metrics: own.otelcolReceiverAcceptedMetricPoints, logs: own.otelcolReceiverAcceptedLogRecords }
  const refused = { metrics: own.otelcolReceiverRefusedMetricPoints, logs: own.otelcolReceiverRefusedLogRecords }
  return {
    scraped: (scraper, signal, items) => scraped[signal].add(items, { receiver, scraper }),
    errored: (scraper, points) => own.otelcolScraperErroredMetricPoints.add(points, { receiver, scraper }),
    accepted: (signal, items) => accepted[signal].add(items, { receiver }),
    refused: (signal, items) => refused[signal].add(items, { receiver }),
    duration(scraper, durationMs, outcome) {
      own.otelephantScraperScrapes.add(1, { receiver, scraper, outcome })
      own.otelephantScraperDuration.add(durationMs / 1_000, { receiver, scraper })
    },
    skippedTicks: (scraper, count) => own.otelephantScraperSkippedTicks.add(count, { receiver, scraper }),
    lastSuccess: (scraper, timeMs) => own.otelephantScraperLastSuccess.record(timeMs / 1_000, { receiver, scraper }),
  }
}
