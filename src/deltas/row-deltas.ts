import type { CounterRow, CounterRows } from '../pdata/batch.ts'
import type { Reading } from '../pdata/reading.ts'
import type { Series } from '../pdata/series.ts'
import type { Baseline, BaselineReader, LastComplete, RowValues, SeriesBaseline } from './baseline.ts'
import { difference, isCountable, toSendable, total } from './counter-values.ts'
import { beforeEnd, deltaStartMs, sinceOf } from './delta-outcome.ts'
import type { OutgoingPoint, Temporality } from './outgoing-point.ts'
import { detectReset, type ResetDetection } from './reset-detection.ts'

/** What one complete result of a query with top rows comes to: stored together, or not at all. */
export interface RowDeltas {
  readonly outgoing: readonly OutgoingPoint[]
  readonly baselines: readonly SeriesBaseline[]
  readonly completes: ReadonlyMap<string, LastComplete>
  /** Values of rows, and the points that they were added up to. */
  readonly consumed: number
  readonly absorbed: ReadonlyMap<string, number>
  readonly dropped: ReadonlyMap<string, number>
}

/** The key of a baseline that only says when a query was read last, for queries whose results are never complete. */
const wholeResult = ''

/** What was added to one series. */
interface Sum {
  value: number | bigint
  /** The earliest of the moments that the increases are counted from. */
  sinceMs: number
}

/**
 * Adds the increases of rows to the series that they are shown under. Each row counts by the same rule as a series does
 * (see {@link detectReset}), so the sum over all series is what two readings could see, whichever series they are shown under.
 */
export function rowDeltas(
  reading: Reading,
  counterRows: CounterRows,
  store: BaselineReader,
  temporality: Temporality,
): RowDeltas {
  return new RowDeltaPass(reading, counterRows, store, temporality).result()
}

class RowDeltaPass {
  readonly #reading: Reading
  readonly #counterRows: CounterRows
  readonly #store: BaselineReader
  readonly #temporality: Temporality
  readonly #lastComplete: LastComplete | undefined
  /** When the query was read before, where no complete result says so: rows may be remembered from long before that. */
  readonly #previousMs: number
  readonly #sums = new Map<Series, Sum>()
  readonly #baselines: SeriesBaseline[] = []
  readonly #absorbed = new Map<string, number>()
  readonly #dropped = new Map<string, number>()
  /** Where each column stands in rows that were stored with other columns. */
  readonly #places = new Map<readonly string[], readonly number[]>()
  #consumed = 0

  constructor(reading: Reading, counterRows: CounterRows, store: BaselineReader, temporality: Temporality) {
    this.#reading = reading
    this.#counterRows = counterRows
    this.#store = store
    this.#temporality = temporality
    this.#lastComplete = store.lastComplete(reading.query)
    this.#previousMs = store.baseline(reading.query, wholeResult)?.timeMs ?? 0
  }

  result(): RowDeltas {
    for (const row of this.#counterRows.rows) this.#compare(row)
    const outgoing = [...this.#sums].flatMap(([series, sum]) => this.#emit(series, sum) ?? [])
    const { query, filter, startedMs, timeMs, epoch, completes } = this.#reading
    if (!completes) this.#keep(wholeResult, { value: undefined, sinceMs: timeMs })
    return {
      outgoing,
      baselines: this.#baselines,
      completes: completes ? new Map([[query, { filter, startedMs, timeMs, epoch }]]) : new Map(),
      consumed: this.#consumed,
      absorbed: this.#absorbed,
      dropped: this.#dropped,
    }
  }

  #compare(row: CounterRow): void {
    const { columns, fallsWhenReset } = this.#counterRows
    const baseline = this.#store.baseline(this.#reading.query, row.key)
    const previous = this.#previous(baseline?.row)
    const values = row.values.map((value, column) => this.#countable(value, column))
    const fell = values.map((value, column) => isBelow(value, previous?.[column]))
    const anyFell = fell.includes(true)
    const compared = { fallsWhenReset, token: row.token }
    const detectWhen = (hasFallen: boolean) =>
      detectReset({ ...compared, fell: hasFallen }, this.#reading, baseline, this.#lastComplete)
    const wholeRow = detectWhen(anyFell && fallsWhenReset)
    const fallen = anyFell && !fallsWhenReset ? detectWhen(true) : wholeRow
    values.forEach((value, column) => {
      if (value === null) return
      const detected = fell[column] === true ? fallen : wholeRow
      this.#add(row.targets[column], increase(value, previous?.[column], detected))
    })
    // What isn't measured this time can be compared with what it was, as long as the row goes on.
    const before = wholeRow.kind === 'previous' ? previous : undefined
    this.#keep(row.key, {
      value: undefined,
      row: { columns, values: values.map((value, column) => value ?? before?.[column] ?? null) },
      sinceMs: sinceOf(wholeRow, this.#reading, baseline, row.token),
      ...(row.token === undefined ? {} : { token: row.token }),
    })
  }

  #keep(key: string, what: Pick<Baseline, 'value' | 'row' | 'sinceMs' | 'token'>): void {
    const { query, timeMs, epoch } = this.#reading
    this.#baselines.push({ key, baseline: { query, timeMs, seenMs: timeMs, epoch, ...what } })
  }

  /** `null` for what can't be compared; it is counted as dropped. */
  #countable(value: number | bigint | null, column: number): number | bigint | null {
    if (value === null) return null
    this.#consumed += 1
    const metric = this.#counterRows.metrics[column]
    if (metric !== undefined && isCountable(value, metric)) return value
    count(this.#dropped, 'invalid_value')
    return null
  }

  /** The values of then, in the order of the columns of now. */
  #previous(row: RowValues | undefined): readonly (number | bigint | null)[] | undefined {
    const { columns } = this.#counterRows
    if (row === undefined || row.columns === columns) return row?.values
    let places = this.#places.get(row.columns)
    if (places === undefined) {
      places = columns.map((name) => row.columns.indexOf(name))
      this.#places.set(row.columns, places)
    }
    return places.map((at) => row.values[at] ?? null)
  }

  #add(target: Series | undefined, { reason, value, sinceMs: detectedMs }: Increase): void {
    count(this.#absorbed, reason)
    if (target === undefined || reason !== 'folded') return
    const sinceMs = Math.max(detectedMs, this.#previousMs)
    const sum = this.#sums.get(target)
    if (sum === undefined) {
      this.#sums.set(target, { value, sinceMs })
      return
    }
    sum.value = total(sum.value, value)
    sum.sinceMs = Math.min(sum.sinceMs, sinceMs)
  }

  #emit(series: Series, sum: Sum): OutgoingPoint | undefined {
    this.#consumed += 1
    const { timeMs } = this.#reading
    const shown = this.#temporality === 'delta' ? sum : this.#accumulate(series, sum)
    const value = toSendable(shown.value, series.metric)
    if (value === undefined) {
      count(this.#dropped, 'invalid_value')
      return undefined
    }
    if (this.#temporality === 'cumulative') {
      return { series, value, startMs: shown.sinceMs, endMs: timeMs, temporality: 'cumulative' }
    }
    if (value === 0 && series.metric.zeros === 'skip') {
      count(this.#absorbed, 'zero')
      return undefined
    }
    return { series, value, startMs: deltaStartMs(sum.sinceMs, this.#reading), endMs: timeMs, temporality: 'delta' }
  }

  /** What the series has come to since it was first shown; from anew where the epoch is another server's. */
  #accumulate(series: Series, sum: Sum): Sum {
    const { query, epoch } = this.#reading
    const before = this.#store.baseline(query, series.key)
    const accumulated =
      before?.value === undefined || before.epoch.server !== epoch.server
        ? { value: sum.value, sinceMs: beforeEnd(sum.sinceMs, this.#reading) }
        : { value: total(before.value, sum.value), sinceMs: before.sinceMs }
    this.#keep(series.key, accumulated)
    return accumulated
  }
}

interface Increase {
  readonly reason: 'folded' | Extract<ResetDetection, { readonly kind: 'none' }>['reason']
  readonly value: number | bigint
  readonly sinceMs: number
}

function increase(
  value: number | bigint,
  previous: number | bigint | null | undefined,
  detected: ResetDetection,
): Increase {
  switch (detected.kind) {
    case 'none':
      return { reason: detected.reason, value: 0, sinceMs: 0 }
    case 'zero':
      return { reason: 'folded', value, sinceMs: detected.timeMs }
    case 'previous':
      // A column that this row didn't have yet.
      if (previous === null || previous === undefined) return { reason: 'first_sight', value: 0, sinceMs: 0 }
      return { reason: 'folded', value: difference(value, previous), sinceMs: detected.timeMs }
    default:
      return detected satisfies never
  }
}

function isBelow(value: number | bigint | null, previous: number | bigint | null | undefined): boolean {
  return value !== null && previous !== null && previous !== undefined && value < previous
}

function count(counts: Map<string, number>, reason: string): void {
  counts.set(reason, (counts.get(reason) ?? 0) + 1)
}
