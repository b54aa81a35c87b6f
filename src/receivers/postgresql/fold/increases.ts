import type { ResetToken, StatisticsEpoch } from '../../../pdata/reading.ts'
import { type ColumnValue, raw } from '../decode.ts'
import type { ReadRow } from './added-up.ts'
import type { MeasuredRow } from './measured-row.ts'

/** What is remembered of a row. */
interface Remembered {
  values: readonly number[]
  token: string | undefined
}

/** Of what a result tells: rows of another life aren't compared, and prove nothing by their absence. */
export interface Life {
  readonly epoch: StatisticsEpoch
  /** The databases whose rows are left out. */
  readonly left: string
}

/**
 * How much the rows of a query grow from result to result, as far as this process has seen them: for ranking and for
 * means, where a restart may begin anew. What is sent is reckoned from stored baselines.
 */
export class Increases {
  readonly #counters: readonly number[]
  readonly #identity: readonly number[]
  readonly #fallsWhenReset: boolean
  /** Of all rows that didn't grow, which most of them don't. */
  readonly #nothing: readonly number[]
  #rows: Map<string, Remembered> | undefined
  #life: Life | undefined

  /**
   * @param counters columns whose growth is wanted
   * @param fallsWhenReset a fall alone proves that the row was counted from zero since
   */
  constructor(identity: readonly number[], counters: readonly number[], fallsWhenReset: boolean) {
    this.#identity = identity
    this.#counters = counters
    this.#fallsWhenReset = fallsWhenReset
    this.#nothing = Array(Math.max(-1, ...counters) + 1).fill(0)
  }

  /** Compares a complete result with the one before, and keeps it for the next. */
  measure(rows: readonly ReadRow[], life: Life): MeasuredRow[] {
    const before = this.#life !== undefined && isSame(this.#life, life) ? this.#rows : undefined
    this.#life = life
    const now = new Map<string, Remembered>()
    const measured = rows.map(({ row, token }): MeasuredRow => {
      const identity = this.#identity.map((column) => raw(row[column] ?? null)).join('\u0000')
      const values = this.#counters.map((column) => toNumber(row[column] ?? null))
      const known = before?.get(identity)
      now.set(identity, { values, token: token?.text })
      return { identity, row, token, increases: before && this.#grown(values, known, token) }
    })
    this.#rows = now
    return measured
  }

  #grown(values: readonly number[], known: Remembered | undefined, token: ResetToken | undefined): readonly number[] {
    const fell = known?.values.some((before, at) => (values[at] ?? 0) < before) === true
    const isMoved = token?.text !== known?.token
    const isAnew = known === undefined || (token?.exact === true && isMoved) || (fell && this.#fallsWhenReset)
    const grown = (value: number, before: number): number => {
      if (isAnew) return value
      if (value >= before) return value - before
      return isMoved ? value : 0
    }
    const increases = values.map((value, at) => grown(value, known?.values[at] ?? 0))
    return increases.every((increase) => increase === 0) ? this.#nothing : this.#byColumn(increases)
  }

  #byColumn(increases: readonly number[]): number[] {
    const byColumn = [...this.#nothing]
    this.#counters.forEach((column, at) => {
      byColumn[column] = increases[at] ?? 0
    })
    return byColumn
  }
}

/** Too strict after a crash, where all would count: one interval isn't ranked, none is a spike. */
function isSame(before: Life, now: Life): boolean {
  const someStayed = now.epoch.witnesses.some(({ text }, at) => text === before.epoch.witnesses[at]?.text)
  return before.left === now.left && before.epoch.server === now.epoch.server && someStayed
}

export function toNumber(value: ColumnValue): number {
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : 0
}
