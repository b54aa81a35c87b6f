import type { Clock } from '../../component/clock.ts'
import type { Sink } from '../../scraper/scraper.ts'
import type { DatabasePlan } from './database-plan.ts'
import type { Database } from './discovery.ts'
import type { QueryRunner, RunContext } from './query-runner.ts'

export interface RunDueSettings {
  readonly clock: Clock
  /** Called when a limit cuts a result. */
  readonly limited: (query: string, database: Database) => void
}

/** A query that failed, with what it would have given. */
export interface Failure {
  readonly runner: QueryRunner
  readonly error: Error
}

/**
 * Runs queries one after the other on one session. One that fails delays the others by no more than its own deadline
 * and goes to the end of the line; when the session itself is lost, those that are left fail with it.
 */
export async function runDue(
  runners: readonly QueryRunner[],
  plan: DatabasePlan,
  database: Database,
  context: RunContext,
  settings: RunDueSettings,
  sink: Sink,
  signal: AbortSignal,
): Promise<Failure[]> {
  const { clock, limited } = settings
  const failures: Failure[] = []
  for (const runner of runners) {
    const { name } = runner.query
    plan.schedule.started(name, clock.now())
    try {
      const result = await runner.run(context, sink, signal)
      plan.schedule.succeeded(name)
      if (result.limited) limited(name, database)
    } catch (cause) {
      signal.throwIfAborted()
      const error = cause instanceof Error ? cause : new Error(String(cause))
      failures.push({ runner, error })
      // A lost session says nothing about the query.
      if (context.session.closed) break
      plan.schedule.failed(name, error, clock.now())
    }
  }
  return failures
}
