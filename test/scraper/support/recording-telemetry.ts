import type { ScraperTelemetry } from '../../../src/scraper/scraper-telemetry.ts'

export interface RecordingTelemetry extends ScraperTelemetry {
  /** Sums by what was counted: `scraped table`, `accepted`, `accepted logs`, `ok table`. */
  readonly sums: Record<string, number>
  readonly durationsMs: number[]
}

const suffixes = { metrics: '', logs: ' logs' } as const

/** Keeps what a controller tells about its scrapes. */
export function recordingTelemetry(): RecordingTelemetry {
  const sums: Record<string, number> = {}
  const durationsMs: number[] = []
  const add = (what: string, count: number) => {
    sums[what] = (sums[what] ?? 0) + count
  }
  return {
    sums,
    durationsMs,
    scraped: (scraper, signal, items) => add(`scraped ${scraper}${suffixes[signal]}`, items),
    errored: (scraper, points) => add(`errored ${scraper}`, points),
    accepted: (signal, items) => add(`accepted${suffixes[signal]}`, items),
    refused: (signal, items) => add(`refused${suffixes[signal]}`, items),
    duration(scraper, durationMs, result) {
      add(`${result} ${scraper}`, 1)
      durationsMs.push(durationMs)
    },
    skippedTicks: (scraper, count) => add(`skipped ${scraper}`, count),
    lastSuccess(scraper, timeMs) {
      sums[`success ${scraper}`] = timeMs
    },
  }
}
