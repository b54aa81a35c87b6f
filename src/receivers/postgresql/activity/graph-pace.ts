/** At least this long between two graphs. */
const intervalMs = 5_000
/** Graphs cost the server at most this share of its time. */
const maxCostShare = 0.0005
/** A graph that cost the server more than this isn't asked for again for a while: its cost is quadratic in the waiters. */
const expensiveMs = 10
const restMs = 60_000

/** How often who blocks whom is asked. pg_blocking_pids stops all locking on the server for as long as it looks. */
export class GraphPace {
  #nextMs = Number.NEGATIVE_INFINITY
  #restUntilMs = Number.NEGATIVE_INFINITY

  /** Whether the graph may be asked for now. */
  allows(nowMs: number): boolean {
    return nowMs >= this.#nextMs && !this.isResting(nowMs)
  }

  /** Whether the last graph was so expensive that nothing may ask for blockers now. */
  isResting(nowMs: number): boolean {
    return nowMs < this.#restUntilMs
  }

  /** @param costMs what the look that began then cost the server */
  looked(startedMs: number, costMs: number): void {
    this.#nextMs = startedMs + Math.max(intervalMs, costMs / maxCostShare)
    if (costMs > expensiveMs) this.#restUntilMs = startedMs + restMs
  }
}
