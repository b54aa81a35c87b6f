import type { Clock } from '../component/clock.ts'
import type { Consumer } from '../component/consumer.ts'
import { errorMessage } from '../telemetry/error-message.ts'
import type { Logger } from '../telemetry/logger.ts'
import { deadline } from './deadline.ts'
import { PartialScrapeError } from './partial-scrape-error.ts'
import type { RefusalLog } from './refusal-log.ts'
import { ScrapeSink } from './scrape-sink.ts'
import type { Scraper } from './scraper.ts'
import type { ScraperTelemetry } from './scraper-telemetry.ts'

export interface ScrapeSettings {
  readonly consumer: Consumer
  /** 0: no time-out. */
  readonly timeoutMs: number
  readonly clock: Clock
  readonly logger: Logger
  readonly telemetry: ScraperTelemetry
  readonly refusalLog: RefusalLog
}

/** How one scrape ended. Failing is ordinary (a server restarts), so it is a value. */
export type ScrapeOutcome =
  /** `items`: points and records that it gave; there may have been none. */
  | { readonly kind: 'ok'; readonly items: number }
  | { readonly kind: 'partial'; readonly error: PartialScrapeError }
  | { readonly kind: 'failed'; readonly error: Error }
  | { readonly kind: 'cancelled' }

/** Runs one scrape until all it gave is taken or refused, and counts it. Never rejects. */
export async function scrapeOnce(
  scraper: Scraper,
  settings: ScrapeSettings,
  parent: AbortSignal,
): Promise<ScrapeOutcome> {
  const { clock, logger, refusalLog, telemetry } = settings
  const startedMs = clock.now()
  using limit = deadline(settings.timeoutMs, clock, parent)
  const sink = new ScrapeSink(settings.consumer, telemetry, limit.signal)
  const attempted = await attempt(scraper, sink, limit.signal, parent)
  await sink.settled()
  const { metrics: points, logs: records } = sink.given
  const outcome = attempted ?? { kind: 'ok', items: points + records }
  const durationMs = clock.now() - startedMs
  const failure = 'error' in outcome ? { error: outcome.error } : {}
  logger.debug('Scraped.', {
    scraper: scraper.name,
    result: outcome.kind,
    points,
    records,
    durationMs: Math.round(durationMs),
    ...failure,
  })
  telemetry.scraped(scraper.name, 'metrics', points)
  // Most scrapers have no events: a series of zeros for each would say nothing.
  if (records > 0) telemetry.scraped(scraper.name, 'logs', records)
  telemetry.duration(scraper.name, durationMs, outcome.kind)
  const errored = erroredPoints(outcome)
  if (errored > 0) telemetry.errored(scraper.name, errored)
  if (outcome.kind === 'ok') telemetry.lastSuccess(scraper.name, clock.now())
  if (!parent.aborted) refusalLog.refused(scraper.name, sink.refusals)
  return outcome
}

/** How it failed; `undefined` where it didn't. */
async function attempt(
  scraper: Scraper,
  sink: ScrapeSink,
  signal: AbortSignal,
  parent: AbortSignal,
): Promise<ScrapeOutcome | undefined> {
  try {
    await scraper.scrape(sink, signal)
    return undefined
  } catch (error) {
    if (parent.aborted) return { kind: 'cancelled' }
    if (error instanceof PartialScrapeError) return { kind: 'partial', error }
    // The client reports an abort in its own words ("canceling statement due to user request"): this is the reason.
    if (signal.aborted) return { kind: 'failed', error: new Error(errorMessage(signal.reason), { cause: error }) }
    return { kind: 'failed', error: error instanceof Error ? error : new Error(String(error)) }
  }
}

function erroredPoints(outcome: ScrapeOutcome): number {
  switch (outcome.kind) {
    case 'ok':
    case 'cancelled':
      return 0
    case 'partial':
      return outcome.error.missing
    case 'failed':
      return 1
    default:
      return outcome satisfies never
  }
}
