import type { Batch, Point, Resource, Scope } from './batch.ts'
import { type EntityInfo, entityAttributes } from './entity.ts'
import type { Attributes, AttributeValue } from './attributes.ts'
import type { MetricInfo } from './metric.ts'
import type { Reading } from './reading.ts'
import type { Series } from './series.ts'

export interface PointsBuilderSettings {
  readonly resource: Resource
  readonly scope: Scope
  /** Which metrics are recorded; others are ignored. */
  readonly enabled: ReadonlySet<string>
  readonly vocabulary: 'both' | 'semconv' | 'legacy'
  /** The configured endpoint: the first part of every series' key. */
  readonly endpoint: string
}

/**
 * What the generated metric builders are made of: typed methods record, `take` hands over a batch.
 * Series are interned by metric and attributes, so that a series is the same object from scrape to scrape.
 */
export class PointsBuilder {
  readonly #settings: PointsBuilderSettings
  readonly #series = new Map<string, Series>()
  #points: Point[] = []

  constructor(settings: PointsBuilderSettings) {
    this.#settings = settings
  }

  /** What was recorded since the last call, as a batch of this reading. */
  take(reading: Reading): Batch {
    const points = this.#points
    this.#points = []
    return { resource: this.#settings.resource, scope: this.#settings.scope, reading, points }
  }

  /** @param values the entity's parts and the point's attributes; `null` leaves an attribute off */
  protected record(
    metric: MetricInfo,
    entity: EntityInfo,
    value: number | bigint | null,
    values: Readonly<Record<string, AttributeValue | null>> = {},
  ): void {
    if (value === null || !this.#settings.enabled.has(metric.name)) return
    const parts: Record<string, string> = {}
    const attributes: Record<string, AttributeValue> = {}
    for (const [name, part] of Object.entries(values)) {
      if (part === null) continue
      if (entity.parts.includes(name)) parts[name] = String(part)
      else attributes[name] = part
    }
    this.#points.push({ series: this.#intern(metric, entity, parts, attributes), value })
  }

  #intern(metric: MetricInfo, entity: EntityInfo, parts: Record<string, string>, own: Attributes): Series {
    const key = [this.#settings.endpoint, metric.name, JSON.stringify(parts), JSON.stringify(own)].join('\u0000')
    let series = this.#series.get(key)
    if (series === undefined) {
      const attributes = Object.freeze({ ...entityAttributes(entity, parts, this.#settings.vocabulary), ...own })
      series = { metric, attributes, key }
      this.#series.set(key, series)
    }
    return series
  }
}
