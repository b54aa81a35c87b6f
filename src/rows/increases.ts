import type { ResetToken, StatisticsEpoch } from '../pdata/reading.ts'
import type { ColumnValue, Row } from './decode.ts'
import type { MeasuredRow, ReadRow } from './measured-row.ts'

/** What is remembered of a row. Reused from result to result, because there are thousands. */
interface Remembered {
  readonly values: number[]
  token: string | undefined
  /** The last result that it was in. */
  result: number
}

/** What two results must share to be compared. Where they don't, a row that is absent from one of them proves nothing. */
export interface Life {
  readonly epoch: StatisticsEpoch
  /** The oids of the databases whose rows are not in the result. */
  readonly excluded: string
}

/**
 * How much the rows of a query grow from result to result, as far as this process has seen them: for ranking and for
 * means, where a restart may begin anew. What is sent is computed from stored baselines, by the exporter.
 */
export class Increases {
  readonly #counters: readonly number[]
  readonly #fallsWhenReset: boolean
  /** Shared by all rows that didn't grow, which are most of them. */
  readonly #nothing: readonly number[]
  readonly #rows = new Map<string, Remembered>()
  #life: Life | undefined
  #result = 0

  /**
   * @param counters columns whose growth is wanted
   * @param fallsWhenReset a fall alone proves that the row was counted from zero since
   */
  constructor(counters: readonly number[], fallsWhenReset: boolean) {
    this.#counters = counters
    this.#fallsWhenReset = fallsWhenReset
    this.#nothing = Array(Math.max(-1, ...counters) + 1).fill(0)
  }

  /** Compares a complete result with the one before, and keeps it for the next. */
  measure(rows: readonly ReadRow[], life: Life): MeasuredRow[] {
    const isComparable = this.#life !== undefined && isSame(this.#life, life)
    this.#life = life
    this.#result += 1
    const measured = rows.map((one): MeasuredRow => {
      const { identity, row, token } = one
      const known = this.#rows.get(identity)
      const increases = isComparable ? this.#grown(row, known, token) : undefined
      this.#remember(one, known)
      return { identity, row, token, increases }
    })
    for (const [identity, { result }] of this.#rows) if (result < this.#result) this.#rows.delete(identity)
    return measured
  }

  #remember({ identity, row, token }: ReadRow, known: Remembered | undefined): void {
    if (this.#counters.length === 0) return
    if (known === undefined) {
      const values = this.#counters.map((column) => toNumber(row[column] ?? null))
      this.#rows.set(identity, { values, token: token?.text, result: this.#result })
      return
    }
    this.#counters.forEach((column, at) => {
      known.values[at] = toNumber(row[column] ?? null)
    })
    known.token = token?.text
    known.result = this.#result
  }

  #grown(row: Row, known: Remembered | undefined, token: ResetToken | undefined): readonly number[] {
    const change = (column: number, at: number) => toNumber(row[column] ?? null) - (known?.values[at] ?? 0)
    const fell = known !== undefined && this.#counters.some((column, at) => change(column, at) < 0)
    const isMoved = token?.text !== known?.token
    const isAnew = known === undefined || (token?.exact === true && isMoved) || (fell && this.#fallsWhenReset)
    if (!isAnew && !fell && this.#counters.every((column, at) => change(column, at) === 0)) return this.#nothing
    const byColumn = [...this.#nothing]
    this.#counters.forEach((column, at) => {
      const grown = change(column, at)
      const value = toNumber(row[column] ?? null)
      byColumn[column] = isAnew || (grown < 0 && isMoved) ? value : Math.max(0, grown)
    })
    return byColumn
  }
}

/** False after a crash too, where all values would count: one interval isn't ranked then, and no spike is. */
function isSame(before: Life, now: Life): boolean {
  const someStayed = now.epoch.witnesses.some(({ text }, at) => text === before.epoch.witnesses[at]?.text)
  return before.excluded === now.excluded && before.epoch.server === now.epoch.server && someStayed
}

export function toNumber(value: ColumnValue): number {
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : 0
}
