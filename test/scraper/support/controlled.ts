import type { Consumer } from '../../../src/component/consumer.ts'
import type { Status } from '../../../src/component/status.ts'
import { ScraperController } from '../../../src/scraper/controller.ts'
import type { Scraper } from '../../../src/scraper/scraper.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { memoryLogger } from '../../support/memory-logger.ts'
import { keepingConsumer } from './batches.ts'
import { recordingTelemetry } from './recording-telemetry.ts'

/** A controller with a fake clock and everything it tells kept: intervals of 10 s, first scrape after 1 s. */
export function controlled(
  scrapers: readonly Scraper[],
  options: {
    readonly timeoutMs?: number
    readonly consumer?: Consumer
    readonly clock?: FakeClock
  } = {},
) {
  const clock = options.clock ?? new FakeClock()
  const startMs = clock.now()
  const logger = memoryLogger()
  const telemetry = recordingTelemetry()
  const consumer = keepingConsumer()
  const statuses: Status[] = []
  const controller = new ScraperController({
    id: 'postgresql/orders',
    scrapers,
    consumer,
    collectionIntervalMs: 10_000,
    logger,
    telemetry,
    ...options,
    clock,
  })
  return {
    controller,
    clock,
    logger,
    telemetry,
    batches: consumer.batches,
    logBatches: consumer.logBatches,
    statuses,
    host: { report: (status: Status) => statuses.push(status) },
    /** Milliseconds since the controller was made. */
    elapsedMs: () => clock.now() - startMs,
  }
}

/** Rejects when the signal aborts, with its reason; never resolves. */
export function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}
