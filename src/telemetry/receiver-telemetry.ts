import type { Meter } from '@opentelemetry/api'
import { counter, gauge } from './instruments.ts'

/**
 * What a scraper controller tells (ScraperTelemetry), onto the meter.
 * @param receiver the receiver's id, an attribute of every point
 */
export function receiverTelemetry(meter: Meter, receiver: string) {
  const scrapedPoints = counter(meter, 'otelcol_scraper_scraped_metric_points')
  const erroredPoints = counter(meter, 'otelcol_scraper_errored_metric_points')
  const acceptedPoints = counter(meter, 'otelcol_receiver_accepted_metric_points')
  const refusedPoints = counter(meter, 'otelcol_receiver_refused_metric_points')
  const scrapes = counter(meter, 'otelephant_scraper_scrapes')
  const durations = counter(meter, 'otelephant_scraper_duration')
  const skipped = counter(meter, 'otelephant_scraper_skipped_ticks')
  const successes = gauge(meter, 'otelephant_scraper_last_success')
  return {
    scraped: (scraper: string, points: number) => scrapedPoints.add(points, { receiver, scraper }),
    errored: (scraper: string, points: number) => erroredPoints.add(points, { receiver, scraper }),
    accepted: (points: number) => acceptedPoints.add(points, { receiver }),
    refused: (points: number) => refusedPoints.add(points, { receiver }),
    duration(scraper: string, durationMs: number, outcome: string) {
      scrapes.add(1, { receiver, scraper, outcome })
      durations.add(durationMs / 1_000, { receiver, scraper })
    },
    skippedTicks: (scraper: string, count: number) => skipped.add(count, { receiver, scraper }),
    lastSuccess: (scraper: string, timeMs: number) => successes.record(timeMs / 1_000, { receiver, scraper }),
  }
}
