import { budgets, formatBytes } from './budgets.ts'

/** Why a statement failed whose result was larger than it may be. */
export class TooLarge extends Error {
  override readonly name = 'TooLarge'
  readonly code = 'too_large'
}

/** What the result of one statement may still bring. Past it, nothing of the result is wanted any more. */
export class ResultBudget {
  readonly #maxBytes: number
  readonly #spent: () => void
  #bytes = 0
  #excess: TooLarge | undefined

  /** @param spent called once, as soon as the result is too large */
  constructor(maxBytes: number, spent: () => void) {
    this.#maxBytes = maxBytes
    this.#spent = spent
  }

  /** Set when the result was too large. */
  get excess(): TooLarge | undefined {
    return this.#excess
  }

  /** Whether a row is still wanted. */
  takes(rowBytes: number, weight: number): boolean {
    if (this.#excess !== undefined) return false
    this.#bytes += weight
    if (rowBytes <= budgets.row && this.#bytes <= this.#maxBytes) return true
    const what = rowBytes > budgets.row ? (['a row', budgets.row] as const) : (['the result', this.#maxBytes] as const)
    this.#excess = new TooLarge(`${what[0]} is larger than ${formatBytes(what[1])}`)
    this.#spent()
    return false
  }
}
