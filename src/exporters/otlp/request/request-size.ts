import type { Attributes } from '../../../pdata/attributes.ts'
import type { Batch, Resource } from '../../../pdata/batch.ts'
import type { LogBatch } from '../../../pdata/log-record.ts'
import type { MetricInfo } from '../../../pdata/metric.ts'
import type { Series } from '../../../pdata/series.ts'
import type { Encoding } from '../wire/encode-points.ts'

/** New Relic's limit of a request (10^6 bytes), applied before compression. */
export const maxRequestBytes = 1_000_000
/** A request that is estimated to be as large gets nothing more, so that it rarely has to be encoded twice. */
const targetRequestBytes = 900_000
/** Data points or log records. */
export const targetRequestItems = 4_000

/** Bytes besides the texts: two times, the value, tags and lengths. */
const perPoint = { protobuf: 34, json: 120 } as const
const perAttribute = { protobuf: 8, json: 44 } as const
/** Besides that: the trace. */
const perRecord = { protobuf: 60, json: 240 } as const
const perMetric = { protobuf: 24, json: 160 } as const

/** The one estimate of how large a request with these batches gets. What turns out too large is encoded again in halves. */
export class RequestSize {
  readonly #encoding: Encoding
  /** A resource and its metrics are in a request once, however many points or records have them. */
  readonly #metrics = new Map<Resource, Set<MetricInfo>>()
  #bytes = 0
  #items = 0

  constructor(encoding: Encoding) {
    this.#encoding = encoding
  }

  /** Whether a request with these batches shouldn't get more. */
  get full(): boolean {
    return this.#bytes >= targetRequestBytes || this.#items >= targetRequestItems
  }

  /** How many items a request may have, on average: one batch may be too large for one, and so may the last that was added. */
  get itemsPerRequest(): number {
    const requests = Math.ceil(Math.max(1, this.#bytes / maxRequestBytes, this.#items / targetRequestItems))
    return Math.max(1, Math.ceil(this.#items / requests))
  }

  /** Each series of counter rows counts once: it gets the increases of many rows. */
  addBatch({ resource, points, counterRows }: Batch): void {
    for (const { series } of points) this.#addPoint(resource, series)
    // Thousands of rows share few lists of targets.
    const lists = new Set(counterRows?.rows.map(({ targets }) => targets))
    const targets = new Set([...lists].flat())
    for (const series of targets) if (series !== undefined) this.#addPoint(resource, series)
  }

  addLogs({ resource, records }: LogBatch): void {
    this.#metricsOf(resource)
    for (const { eventName, attributes } of records) {
      this.#bytes += perRecord[this.#encoding] + eventName.length + this.#bytesOf(attributes)
    }
    this.#items += records.length
  }

  #addPoint(resource: Resource, { metric, attributes }: Series): void {
    const metrics = this.#metricsOf(resource)
    if (!metrics.has(metric)) {
      metrics.add(metric)
      this.#bytes += perMetric[this.#encoding] + metric.name.length + metric.unit.length
    }
    this.#bytes += perPoint[this.#encoding] + this.#bytesOf(attributes)
    this.#items += 1
  }

  #metricsOf(resource: Resource): Set<MetricInfo> {
    let metrics = this.#metrics.get(resource)
    if (metrics === undefined) {
      metrics = new Set()
      this.#metrics.set(resource, metrics)
      // The scope comes with it.
      this.#bytes += 2 * perMetric[this.#encoding] + this.#bytesOf(resource.attributes)
    }
    return metrics
  }

  /** Counts UTF-16 units, for speed: texts in other scripts than Latin take more. Not remembered: looking it up costs more. */
  #bytesOf(attributes: Attributes): number {
    let bytes = 0
    for (const key in attributes) {
      const value = attributes[key]
      bytes += perAttribute[this.#encoding] + key.length + (typeof value === 'string' ? value.length : 8)
    }
    return bytes
  }
}
