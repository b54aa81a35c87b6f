import type { Clock } from '../../../component/clock.ts'
import { PartialScrapeError } from '../../../scraper/partial-scrape-error.ts'
import type { Sink } from '../../../scraper/scraper.ts'
import type { RunContext } from '../server/read-server-state.ts'
import type { QuerySet } from './query-set.ts'
import type { Failure, QueryRunner } from './runner.ts'

/**
 * Runs queries one after the other on one connection. One that fails delays the others by no more than its own deadline
 * and goes to the end of the line. When the connection is lost or the signal aborts, the rest fail with it and stay
 * due. Never throws what a query or the signal throws.
 */
export async function runDue(
  runners: readonly QueryRunner[],
  { schedule }: Pick<QuerySet, 'schedule'>,
  context: RunContext,
  clock: Clock,
  sink: Sink,
  signal: AbortSignal,
): Promise<Failure[]> {
  const failures: Failure[] = []
  for (const [index, runner] of runners.entries()) {
    const { name } = runner.query
    schedule.started(name, clock.now())
    try {
      await runner.run(context, sink, signal)
      schedule.succeeded(name)
    } catch (cause) {
      const error = cause instanceof Error ? cause : new Error(String(cause))
      failures.push({ runner, error })
      // Also when the connection was lost: perhaps this query is why.
      schedule.failed(name, error, clock.now())
      if (!signal.aborted && !context.connection.closed) continue
      failures.push(...failedWith(error, runners.slice(index + 1)))
      break
    }
  }
  return failures
}

/** Queries that weren't asked, since something before them failed. */
export function failedWith(error: Error, runners: readonly QueryRunner[]): Failure[] {
  return runners.map((runner) => ({ runner, error }))
}

/** What a scrape throws when queries failed. One lost connection fails many of them, and is named once. */
export function partial(failures: readonly Failure[], others: readonly Error[] = []): PartialScrapeError {
  const missing = failures.reduce((sum, { runner }) => sum + runner.query.points.length, others.length)
  const errors = new Set([...others, ...failures.map(({ error }) => error)])
  return new PartialScrapeError(missing, [...errors])
}
