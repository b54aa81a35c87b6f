import type { Attributes, AttributeValue } from '../pdata/attributes.ts'
import type { Point } from '../pdata/batch.ts'
import type { ResetToken } from '../pdata/reading.ts'
import { ResultMemory } from '../pdata/result-memory.ts'
import type { Series } from '../pdata/series.ts'
import type { Origin, SeriesFactory } from '../pdata/series-factory.ts'
import { type ColumnValue, type Row, raw } from './decode.ts'
import type { ColumnRef, RowPoint, RowQuery } from './row-query.ts'

export interface RowPointsSettings {
  readonly query: RowQuery
  readonly factory: SeriesFactory
  readonly origin: Origin
}

/** The series of one row, by point; made again when a label changes (a rename), under the same keys. */
interface KnownRow {
  readonly labels: string
  readonly series: readonly Series[]
}

/** Turns rows into points. Keeps the series of every row from scrape to scrape, so that a series is one object. */
export class RowPoints {
  readonly #settings: RowPointsSettings
  readonly #known = new ResultMemory<KnownRow>()
  readonly #labelColumns: readonly ColumnRef[]
  /** By point, the first that shows the same of a row: their series share one object of attributes. */
  readonly #likes: readonly number[]
  readonly #unreachable = new Map<string, readonly Point[]>()

  constructor(settings: RowPointsSettings) {
    this.#settings = settings
    const { points } = settings.query
    const columns = points.flatMap(({ parts, attributes }) => [...parts, ...attributes].map(([, column]) => column))
    this.#labelColumns = [...new Set(columns)]
    const shown = points.map(({ entity, parts, attributes }) => JSON.stringify([entity.type, parts, attributes]))
    this.#likes = shown.map((one) => shown.indexOf(one))
  }

  /** To be called after the rows of each result that was read to its end. */
  completed(): void {
    this.#known.completed()
  }

  /** The points of some rows of a result. A NULL value gives none. */
  points(rows: readonly Row[], tokens: readonly (ResetToken | undefined)[]): Point[] {
    const { query } = this.#settings
    const points: Point[] = []
    const placed = query.onDuplicate === undefined ? undefined : new Map<Series, number>()
    rows.forEach((row, index) => {
      const { series } = this.#row(row)
      const token = tokens[index]
      query.points.forEach((point, at) => {
        const value = numeric(row[point.value] ?? null)
        const one = series[at]
        if (value === null || one === undefined) return
        const before = placed?.get(one)
        const first = before === undefined ? undefined : points[before]
        if (before !== undefined && first !== undefined) {
          points[before] = { ...first, value: combine(query.onDuplicate, first.value, value) }
          return
        }
        placed?.set(one, points.length)
        points.push(
          token === undefined || !point.info.monotonic ? { series: one, value } : { series: one, value, token },
        )
      })
    })
    return points
  }

  /** The points for a server that can't be asked; the same objects for the same reason. */
  unreachable(errorType: string): readonly Point[] {
    const known = this.#unreachable.get(errorType)
    if (known !== undefined) return known
    const { factory, query } = this.#settings
    const points = query.points.flatMap((point) => {
      if (point.unreachable === undefined) return []
      const attributes = { ...point.constants, 'error.type': errorType }
      const key = factory.rowKey('server', query.name, point.id, errorType)
      return [{ series: factory.series(point.info, attributes, key), value: point.unreachable }]
    })
    this.#unreachable.set(errorType, points)
    return points
  }

  #row(row: Row): KnownRow {
    const identity = this.#settings.query.identity.map((column) => raw(row[column] ?? null)).join('\u0000')
    const labels = this.#labelColumns.map((column) => raw(columnValue(this.#settings, row, column))).join('\u0000')
    const known = this.#known.get(identity)
    if (known?.labels === labels) return known
    const value = (column: ColumnRef) => columnValue(this.#settings, row, column)
    const shared: Attributes[] = []
    const series = this.#settings.query.points.map((point, at) => {
      const like = this.#likes[at] ?? at
      shared[like] ??= rowAttributes(this.#settings, point, value)
      return seriesOf(this.#settings, point, shared[like], identity)
    })
    const made = { labels, series }
    this.#known.set(identity, made)
    return made
  }
}

/**
 * What a point shows of its row.
 * @param value of a column, as it is shown
 */
export function rowAttributes(
  { factory }: RowPointsSettings,
  point: RowPoint,
  value: (column: ColumnRef) => ColumnValue,
): Attributes {
  const parts = Object.fromEntries(
    point.parts.map(([part, column]) => {
      const shown = value(column)
      return [part, shown === null ? undefined : String(shown)]
    }),
  )
  const attributes: Record<string, AttributeValue> = factory.entityAttributes(point.entity, parts)
  for (const [name, column] of point.attributes) {
    const shown = value(column)
    if (shown !== null) attributes[name] = typeof shown === 'bigint' ? String(shown) : shown
  }
  return Object.freeze(attributes)
}

/** @param identity makes the key differ from those of other series of the same point */
export function seriesOf(
  { factory, origin, query }: RowPointsSettings,
  point: RowPoint,
  shared: Attributes,
  identity: string,
): Series {
  const key = factory.rowKey(origin, query.name, point.id, identity)
  return factory.seriesOfParts(point.info, { shared, own: point.constants }, key)
}

/** What a column holds, or what the query knows of its database without asking. */
export function columnValue({ origin }: RowPointsSettings, row: Row, column: ColumnRef): ColumnValue {
  if (column !== 'database' && column !== 'database_oid') return row[column] ?? null
  if (origin === 'server') return null
  return column === 'database' ? origin.name : origin.oid
}

export function numeric(value: ColumnValue): number | bigint | null {
  return typeof value === 'number' || typeof value === 'bigint' ? value : null
}

export function combine(how: 'sum' | 'max' | undefined, a: number | bigint, b: number | bigint): number | bigint {
  if (how === 'max') return b > a ? b : a
  return typeof a === 'bigint' || typeof b === 'bigint' ? BigInt(a) + BigInt(b) : a + b
}
