import type { ReceivedAttributes, ReceivedPoint, ReceivedValue } from './received-point.ts'

/** What is known of one series, whatever is forgotten of its points. */
export interface SeriesTotal {
  readonly metric: string
  readonly attributes: ReceivedAttributes
  readonly resource: ReceivedAttributes
  /** The sum of all deltas, or the latest value where the series isn't delta. */
  readonly total: number | bigint
  readonly points: number
  /** The point with the latest time; requests may arrive out of order. */
  readonly latest: ReceivedPoint
}

/** Which series a point belongs to: the same metric, resource and attributes, in whatever order they came. */
export function seriesKey(point: ReceivedPoint): string {
  return JSON.stringify([point.metric, sorted(point.resource), sorted(point.attributes)], (_, value: unknown) =>
    typeof value === 'bigint' ? `${value}n` : value,
  )
}

function sorted(attributes: ReceivedAttributes): readonly (readonly [string, ReceivedValue])[] {
  return Object.entries(attributes).sort(([left], [right]) => (left < right ? -1 : 1))
}

export function addToTotal(before: SeriesTotal | undefined, point: ReceivedPoint): SeriesTotal {
  const { metric, attributes, resource, value } = point
  if (before === undefined) return { metric, attributes, resource, total: value, points: 1, latest: point }
  const latest = point.timeNs >= before.latest.timeNs ? point : before.latest
  const total = point.temporality === 'delta' ? add(before.total, value) : latest.value
  return { ...before, total, points: before.points + 1, latest }
}

function add(left: number | bigint, right: number | bigint): number | bigint {
  return typeof left === 'bigint' && typeof right === 'bigint' ? left + right : Number(left) + Number(right)
}

/** Two delta points of one series that count the same time twice. */
export interface Overlap {
  readonly first: ReceivedPoint
  readonly second: ReceivedPoint
}

export function overlapsOf(points: readonly ReceivedPoint[]): readonly Overlap[] {
  const deltas = points.filter((point) => point.temporality === 'delta')
  return [...Map.groupBy(deltas, seriesKey).values()].flatMap((series) => {
    const inOrder = series.toSorted((left, right) => (left.startNs < right.startNs ? -1 : 1))
    return inOrder.flatMap((first, index) => {
      const second = inOrder[index + 1]
      return second !== undefined && second.startNs < first.timeNs ? [{ first, second }] : []
    })
  })
}
