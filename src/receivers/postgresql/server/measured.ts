import type { Clock } from '../../../component/clock.ts'

/** Called for every statement: what it was, how long it took, how it ended. */
export type Measured = (query: string, durationMs: number, outcome: 'success' | 'failure') => void

/** Runs a statement and reports how long it took. */
export async function timed<T>(query: string, clock: Clock, measured: Measured, run: () => Promise<T>): Promise<T> {
  const sentMs = clock.now()
  try {
    const result = await run()
    measured(query, clock.now() - sentMs, 'success')
    return result
  } catch (error) {
    measured(query, clock.now() - sentMs, 'failure')
    throw error
  }
}
