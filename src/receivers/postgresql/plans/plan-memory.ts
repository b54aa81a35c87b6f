/** At most so many statements are remembered; the oldest are forgotten, and planned again if they come back. */
const capacity = 5_000

interface Known {
  readonly untilMs: number
  /** Of the last plan that there was. */
  readonly hash: string | undefined
}

/** What is known of statements' plans, and until when it isn't asked again. */
export class PlanMemory {
  readonly #known = new Map<string, Known>()

  isFresh(key: string, nowMs: number): boolean {
    return nowMs < (this.#known.get(key)?.untilMs ?? Number.NEGATIVE_INFINITY)
  }

  lastHash(key: string): string | undefined {
    return this.#known.get(key)?.hash
  }

  /** @param hash `undefined` where there is no plan: the one before is still the last */
  learn(key: string, untilMs: number, hash: string | undefined): void {
    const last = hash ?? this.lastHash(key)
    this.#known.delete(key)
    this.#known.set(key, { untilMs, hash: last })
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= capacity) return
      this.#known.delete(oldest)
    }
  }
}
