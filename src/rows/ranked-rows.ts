import type { CounterRow, CounterRows, Point } from '../pdata/batch.ts'
import type { ResetToken } from '../pdata/reading.ts'
import { ResultMemory } from '../pdata/result-memory.ts'
import type { Series } from '../pdata/series.ts'
import { addedUp } from './added-up.ts'
import { type ColumnValue, type Row, raw } from './decode.ts'
import { Increases, type Life } from './increases.ts'
import type { ComputedRows, MeasuredRow, ReadRow } from './measured-row.ts'
import { columnValue, combine, numeric, type RowPointsSettings, rowAttributes, seriesOf } from './row-points.ts'
import type { ColumnRef, RowPoint, TopRowsQuery } from './row-query.ts'
import { scoresOf } from './scores.ts'
import type { TopRows } from './top-rows.ts'

/** What stands in place of the names of rows that have no series of their own. */
export const other = '(other)'

/** @param isTop whether a row ranks among those that keep series of their own */
export type ComputeRows = (rows: readonly MeasuredRow[], isTop: (identity: string) => boolean) => Promise<ComputedRows>

export interface RankedRowsSettings extends RowPointsSettings {
  readonly ranking: TopRowsQuery
  readonly top: TopRows
}

/** What is given of one complete result. */
export interface RankedResult {
  /** Gauges and up-down sums. */
  readonly points: readonly Point[]
  readonly counterRows: CounterRows
}

/** A set of labels and the series that are shown under it, by point. */
interface Group {
  readonly series: readonly (Series | undefined)[]
  /** Of the counters alone, as {@link CounterRows.columns} has them. */
  readonly targets: readonly (Series | undefined)[]
}

/** Turns the rows of a complete result into few series: those that matter have their own, the rest shares one. */
export class RankedRows {
  readonly #settings: RankedRowsSettings
  readonly #increases: Increases
  readonly #labelColumns: readonly ColumnRef[]
  readonly #others: ReadonlySet<ColumnRef>
  readonly #counters: readonly { readonly point: RowPoint; readonly at: number }[]
  readonly #columns: readonly string[]
  readonly #groups = new ResultMemory<Group>()
  /** Those of the groups, by point and labels. */
  readonly #series = new Map<string, Series>()

  constructor(settings: RankedRowsSettings) {
    const { query, ranking } = settings
    this.#settings = settings
    this.#increases = new Increases(ranking.counters, query.fallsWhenReset)
    this.#others = new Set(ranking.others)
    this.#labelColumns = [...new Set(query.points.flatMap((point) => [...labelsOf(point), ...whenOf(point)]))]
    this.#counters = query.points.flatMap((point, at) => (point.info.monotonic ? [{ point, at }] : []))
    this.#columns = this.#counters.map(({ point }) => point.id)
  }

  /** A row as {@link take} takes it. */
  read(row: Row, token: ResetToken | undefined): ReadRow {
    const identity = this.#settings.query.identity.map((column) => raw(row[column] ?? null)).join('\u0000')
    return { identity, row, token }
  }

  /** @param compute fills in the computed columns, where there are any */
  async take(rows: readonly ReadRow[], life: Life, compute?: ComputeRows): Promise<RankedResult> {
    const { query, ranking, top } = this.#settings
    const measured = this.#increases.measure(addedUp(rows, new Set(ranking.counters)), life)
    top.settle(query.name, scoresOf(measured, ranking))
    const isTop = (identity: string) => top.has(identity)
    const computed = await compute?.(measured, isTop)
    const gauges = new Map<Series, Point>()
    const counterRows = measured.map((row) => this.#place(row, computed, gauges)).filter((row) => row !== undefined)
    this.#forget()
    const metrics = this.#counters.map(({ point }) => point.info)
    return {
      points: [...gauges.values()],
      counterRows: { columns: this.#columns, metrics, rows: counterRows, fallsWhenReset: query.fallsWhenReset },
    }
  }

  /** The row's counters, if it has any, with the series that they are shown under; its gauges go to `gauges`. */
  #place(
    measured: MeasuredRow,
    computed: ComputedRows | undefined,
    gauges: Map<Series, Point>,
  ): CounterRow | undefined {
    const { factory, origin, query, top } = this.#settings
    const { identity, row, token } = measured
    const wanted = top.has(identity) || computed?.also.has(identity) === true
    const values = query.computed.length === 0 ? [] : wanted ? computed?.of(measured) : undefined
    // Most rows have no computed columns: copying each would double the memory of the result.
    const whole = values === undefined || values.length === 0 ? row : [...row, ...values]
    const group = this.#group(whole, wanted && values !== undefined)
    this.#addGauges(whole, group, wanted && values !== undefined, gauges)
    if (this.#counters.length === 0) return undefined
    return {
      key: factory.rowKey(origin, query.name, identity),
      values: this.#counters.map(({ point }) => numeric(whole[point.value] ?? null)),
      ...(token === undefined ? {} : { token }),
      targets: group.targets,
    }
  }

  #addGauges(row: Row, { series }: Group, isOwn: boolean, gauges: Map<Series, Point>): void {
    this.#settings.query.points.forEach((point, at) => {
      const one = series[at]
      const value = numeric(row[point.value] ?? null)
      if (point.info.monotonic || one === undefined || value === null) return
      if (!isOwn && point.others === undefined) return
      const before = gauges.get(one)
      if (before === undefined) gauges.set(one, { series: one, value })
      else if (point.others !== undefined)
        gauges.set(one, { series: one, value: combine(point.others, before.value, value) })
    })
  }

  #group(row: Row, isOwn: boolean): Group {
    const shown = (column: ColumnRef): ColumnValue =>
      !isOwn && this.#others.has(column) ? other : columnValue(this.#settings, row, column)
    const labels = this.#labelColumns.map((column) => raw(shown(column))).join('\u0000')
    const known = this.#groups.get(labels)
    if (known !== undefined) return known
    const series = this.#settings.query.points.map((point) =>
      point.when !== undefined && shown(point.when) !== true ? undefined : this.#seriesOf(point, shown),
    )
    const made = { series, targets: this.#counters.map(({ at }) => series[at]) }
    this.#groups.set(labels, made)
    return made
  }

  /** One series for all groups that differ only in what this metric doesn't show. */
  #seriesOf(point: RowPoint, shown: (column: ColumnRef) => ColumnValue): Series {
    const labels = labelsOf(point).map((column) => raw(shown(column)))
    const identity = labels.join('\u0000')
    const key = `${point.id}\u0000${identity}`
    const known = this.#series.get(key)
    if (known !== undefined) return known
    const series = seriesOf(this.#settings, point, rowAttributes(this.#settings, point, shown), identity)
    this.#series.set(key, series)
    return series
  }

  /** A series goes with the last group that it is of. */
  #forget(): void {
    if (!this.#groups.completed()) return
    const used = new Set([...this.#groups.values()].flatMap(({ series }) => series))
    for (const [key, series] of this.#series) if (!used.has(series)) this.#series.delete(key)
  }
}

function labelsOf({ parts, attributes }: RowPoint): readonly ColumnRef[] {
  return [...parts, ...attributes].map(([, column]) => column)
}

function whenOf({ when }: RowPoint): readonly ColumnRef[] {
  return when === undefined ? [] : [when]
}
