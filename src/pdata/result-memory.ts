/** What so many complete results in a row did not have is forgotten. */
const forgetAfterResults = 2

interface Entry<T> {
  readonly value: T
  /** The last result that had it. */
  result: number
}

/**
 * What the results of one query have shown, by key: series, or rows and groups with their series. All that know series
 * keep them in one, so that they forget by one rule: what two complete results in a row did not have is forgotten.
 *
 * The rule counts results, not time. So at most three results' worth is kept, however fast things come and go and however
 * rarely the query runs. A result that failed midway proves nothing, and so forgets nothing: after an outage the series are
 * the same objects. One absence is forgiven, since a row may be missed for once. To be forgotten costs work, never a value:
 * what comes back is another object with the same key, whose baseline is kept elsewhere.
 */
export class ResultMemory<T> {
  readonly #entries = new Map<string, Entry<T>>()
  #result = 0

  /** What is known under the key; this result has it. */
  get(key: string): T | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    entry.result = this.#result
    return entry.value
  }

  /** Remembers it under the key, in place of what was there; this result has it. */
  set(key: string, value: T): void {
    this.#entries.set(key, { value, result: this.#result })
  }

  /**
   * To be called once a result was read to its end.
   * @returns whether anything was forgotten
   */
  completed(): boolean {
    const before = this.#entries.size
    for (const [key, { result }] of this.#entries) {
      if (result + forgetAfterResults <= this.#result) this.#entries.delete(key)
    }
    this.#result += 1
    return this.#entries.size < before
  }

  *values(): Generator<T> {
    for (const { value } of this.#entries.values()) yield value
  }
}
