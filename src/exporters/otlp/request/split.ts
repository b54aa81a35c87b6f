import type { SeriesOutcome } from '../../../deltas/delta-pass.ts'
import type { Batch, Resource } from '../../../pdata/batch.ts'
import type { MetricInfo } from '../../../pdata/metric.ts'
import type { Series } from '../../../pdata/series.ts'
import type { Encoding } from '../wire/encode-points.ts'
import type { GroupSize } from './batch-group.ts'
import { estimateMetric, estimatePoint, estimateResource } from './size-estimate.ts'

/** New Relic's limit of a request (10^6 bytes), applied before compression. */
export const maxRequestBytes = 1_000_000
/** Where a request is closed by its estimate, so that it rarely has to be encoded twice. */
export const targetRequestBytes = 900_000
export const targetRequestPoints = 4_000

/** Cuts judged points into what makes a request each, by estimated sizes; at least one, which may be empty. */
export function requestsOf(outcomes: readonly SeriesOutcome[], encoding: Encoding): (readonly SeriesOutcome[])[] {
  const requests: (readonly SeriesOutcome[])[] = []
  let start = 0
  let size = new RequestSize(encoding)
  for (const [index, { batch, outcome }] of outcomes.entries()) {
    if (outcome.kind !== 'send') continue
    size.addPoint(batch.resource, outcome.point.series)
    if (!size.full) continue
    requests.push(outcomes.slice(start, index + 1))
    start = index + 1
    size = new RequestSize(encoding)
  }
  if (start < outcomes.length || requests.length === 0) requests.push(outcomes.slice(start))
  return requests
}

export function inHalves<T>(items: readonly T[]): [readonly T[], readonly T[]] {
  const middle = Math.ceil(items.length / 2)
  return [items.slice(0, middle), items.slice(middle)]
}

/** Adds up about how big a request of data points gets. */
export class RequestSize implements GroupSize<Batch> {
  readonly #encoding: Encoding
  readonly #metrics = new Map<Resource, Set<MetricInfo>>()
  #bytes = 0
  #points = 0

  constructor(encoding: Encoding) {
    this.#encoding = encoding
  }

  get full(): boolean {
    return this.#bytes >= targetRequestBytes || this.#points >= targetRequestPoints
  }

  /** Of folded rows each series once: it gets the increases of many. */
  add({ resource, points, folded }: Batch): void {
    for (const { series } of points) this.addPoint(resource, series)
    const targets = new Set(folded?.rows.flatMap((row) => row.targets))
    for (const series of targets) if (series !== undefined) this.addPoint(resource, series)
  }

  addPoint(resource: Resource, series: Series): void {
    let metrics = this.#metrics.get(resource)
    if (metrics === undefined) {
      metrics = new Set()
      this.#metrics.set(resource, metrics)
      this.#bytes += estimateResource(resource, this.#encoding)
    }
    if (!metrics.has(series.metric)) {
      metrics.add(series.metric)
      this.#bytes += estimateMetric(series.metric, this.#encoding)
    }
    this.#bytes += estimatePoint(series, this.#encoding)
    this.#points += 1
  }
}
