import type { Meter } from '@opentelemetry/api'
import { counter, gauge } from './instruments.ts'

/**
 * What a scraper controller tells (ScraperTelemetry), onto the meter.
 * @param receiver the receiver's id, an attribute of every point
 */
export function receiverTelemetry(meter: Meter, receiver: string) {
  const scraped = {
    metrics: counter(meter, 'otelcol_scraper_scraped_metric_points'),
    logs: counter(meter, 'otelcol_scraper_scraped_log_records'),
  }
  const erroredPoints = counter(meter, 'otelcol_scraper_errored_metric_points')
  const accepted = {
    metrics: counter(meter, 'otelcol_receiver_accepted_metric_points'),
    logs: counter(meter, 'otelcol_receiver_accepted_log_records'),
  }
  const refused = {
    metrics: counter(meter, 'otelcol_receiver_refused_metric_points'),
    logs: counter(meter, 'otelcol_receiver_refused_log_records'),
  }
  const scrapes = counter(meter, 'otelephant_scraper_scrapes')
  const durations = counter(meter, 'otelephant_scraper_duration')
  const skipped = counter(meter, 'otelephant_scraper_skipped_ticks')
  const successes = gauge(meter, 'otelephant_scraper_last_success')
  return {
    scraped: (scraper: string, signal: 'metrics' | 'logs', items: number) =>
      scraped[signal].add(items, { receiver, scraper }),
    errored: (scraper: string, points: number) => erroredPoints.add(points, { receiver, scraper }),
    accepted: (signal: 'metrics' | 'logs', items: number) => accepted[signal].add(items, { receiver }),
    refused: (signal: 'metrics' | 'logs', items: number) => refused[signal].add(items, { receiver }),
    duration(scraper: string, durationMs: number, outcome: string) {
      scrapes.add(1, { receiver, scraper, outcome })
      durations.add(durationMs / 1_000, { receiver, scraper })
    },
    skippedTicks: (scraper: string, count: number) => skipped.add(count, { receiver, scraper }),
    lastSuccess: (scraper: string, timeMs: number) => successes.record(timeMs / 1_000, { receiver, scraper }),
  }
}
