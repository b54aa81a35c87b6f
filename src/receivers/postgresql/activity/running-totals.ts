import type { ResetToken } from '../../../pdata/reading.ts'

/** One series' labels, by the names that its record method takes. */
export type Labels = Readonly<Record<string, string | null>>

/** What has been counted for one series since it began. */
export interface RunningTotal<L extends Labels> {
  readonly labels: L
  readonly seconds: number
  readonly token: ResetToken
}

interface Entry<L extends Labels> {
  readonly labels: L
  readonly token: ResetToken
  seconds: number
  usedMs: number
}

/**
 * A total that nothing was added to for this long ends. These are the counters themselves, as the server keeps its own, not
 * what is known of somebody's results: an idle total is in every result. One that comes back begins at zero, and its token
 * says so.
 */
const endsAfterIdleMs = 3_600_000

/**
 * Seconds by labels, kept in memory. At most `limit` series: what comes later is added to a coarser one, so that the sum
 * over all of them stays exact.
 */
export class RunningTotals<L extends Labels> {
  readonly #run: string
  readonly #limit: number
  readonly #entries = new Map<string, Entry<L>>()

  /** @param run names this run: a token of another one is another token */
  constructor(run: string, limit: number) {
    this.#run = run
    this.#limit = limit
  }

  /**
   * @param rest the labels of the series that takes it when there is no room for one of its own; few differ
   * @param sinceMs when what is added began
   */
  add(labels: L, rest: L, seconds: number, sinceMs: number, nowMs: number): void {
    const entry = this.#entry(labels, sinceMs, this.#limit) ?? this.#entry(rest, sinceMs, Number.POSITIVE_INFINITY)
    if (entry === undefined) return
    entry.seconds += seconds
    entry.usedMs = nowMs
  }

  /** All totals. */
  read(nowMs: number): readonly RunningTotal<L>[] {
    for (const [key, { usedMs }] of this.#entries) {
      if (nowMs - usedMs >= endsAfterIdleMs) this.#entries.delete(key)
    }
    return [...this.#entries.values()]
  }

  #entry(labels: L, sinceMs: number, limit: number): Entry<L> | undefined {
    const key = Object.values(labels)
      .map((value) => value ?? '\u0001')
      .join('\u0000')
    const known = this.#entries.get(key)
    if (known !== undefined || this.#entries.size >= limit) return known
    const made = {
      labels,
      token: { text: `${this.#run} ${sinceMs}`, timeMs: sinceMs, exact: true },
      seconds: 0,
      usedMs: sinceMs,
    }
    this.#entries.set(key, made)
    return made
  }
}
