/** A row that ranks beyond this times the wanted number may lose its series. */
const hysteresis = 1.5
/** After so many results beyond that rank. */
const patience = 3

/**
 * Which rows keep series of their own: those with the largest scores, but stable. A row enters among the first N and
 * leaves only after several results beyond 1.5 N, so that a row at the edge doesn't come and go.
 */
export class TopRows {
  readonly #wanted: number
  /** By source: queries that share the set rank its rows by their own columns. */
  readonly #scores = new Map<string, ReadonlyMap<string, number>>()
  /** Row to how many results in a row it was beyond the edge. */
  #kept = new Map<string, number>()

  /** @param wanted N, at least 1 */
  constructor(wanted: number) {
    this.#wanted = wanted
  }

  has(identity: string): boolean {
    return this.#kept.has(identity)
  }

  /** Ranks anew, after a complete result of one source. */
  settle(source: string, scores: ReadonlyMap<string, number>): void {
    this.#scores.set(source, scores)
    const combined = this.#combined()
    if (combined.size <= this.#wanted) {
      this.#kept = new Map([...combined.keys()].map((identity) => [identity, 0]))
      return
    }
    const ranked = [...combined].filter(([, score]) => score > 0).sort(([, a], [, b]) => b - a)
    const edge = Math.ceil(hysteresis * this.#wanted)
    const next = new Map(ranked.slice(0, this.#wanted).map(([identity]) => [identity, 0]))
    for (const [identity] of ranked.slice(this.#wanted, edge)) {
      if (this.#kept.has(identity)) next.set(identity, 0)
    }
    this.#keepForAWhile(next, combined, edge)
    this.#kept = next
  }

  /** Those that have just fallen beyond the edge, as long as there is room, the latest first. */
  #keepForAWhile(next: Map<string, number>, combined: ReadonlyMap<string, number>, room: number): void {
    const falling = [...this.#kept]
      .filter(([identity, misses]) => combined.has(identity) && !next.has(identity) && misses + 1 < patience)
      .sort(([, a], [, b]) => a - b)
    for (const [identity, misses] of falling.slice(0, Math.max(0, room - next.size))) next.set(identity, misses + 1)
  }

  /** Each row's best score. */
  #combined(): Map<string, number> {
    const combined = new Map<string, number>()
    for (const scores of this.#scores.values()) {
      for (const [identity, score] of scores) combined.set(identity, Math.max(score, combined.get(identity) ?? 0))
    }
    return combined
  }
}
