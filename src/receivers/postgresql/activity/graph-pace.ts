/** Between two looks at the whole graph, at least. */
const intervalMs = 5_000
/** So that they cost the server half a thousandth of its time at most. */
const maxCostShare = 0.0005
/** A look that cost the server more than this isn't repeated for a while: it is quadratic in the waiters. */
const dearMs = 10
const restMs = 60_000

/** How often who blocks whom is asked. pg_blocking_pids stops all locking on the server for as long as it looks. */
export class GraphPace {
  #nextMs = Number.NEGATIVE_INFINITY
  #restUntilMs = Number.NEGATIVE_INFINITY

  /** Whether the graph may be asked for now. */
  allows(nowMs: number): boolean {
    return nowMs >= this.#nextMs && !this.isResting(nowMs)
  }

  /** Whether the last look was so dear that nothing may ask for blockers now. */
  isResting(nowMs: number): boolean {
    return nowMs < this.#restUntilMs
  }

  /** @param costMs what the look that began then cost the server */
  looked(startedMs: number, costMs: number): void {
    this.#nextMs = startedMs + Math.max(intervalMs, costMs / maxCostShare)
    if (costMs > dearMs) this.#restUntilMs = startedMs + restMs
  }
}
