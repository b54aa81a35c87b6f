import type { Attributes, AttributeValue } from './attributes.ts'
import type { Batch, Point } from './batch.ts'
import type { EntityInfo } from './entity.ts'
import type { MetricInfo } from './metric.ts'
import type { Reading, ResetToken } from './reading.ts'
import { ResultMemory } from './result-memory.ts'
import type { Series } from './series.ts'
import type { SeriesFactory } from './series-factory.ts'

export interface PointsBuilderSettings {
  readonly factory: SeriesFactory
  /** Which metrics are recorded; others are ignored. */
  readonly enabled: ReadonlySet<string>
}

/**
 * What the generated metric builders are made of: typed methods record, `take` hands over a batch.
 * A series is kept by metric and attributes, so that it is the same object from scrape to scrape. One builder is for the
 * results of one query: what they do not have is forgotten.
 */
export class PointsBuilder {
  readonly #settings: PointsBuilderSettings
  readonly #known = new ResultMemory<Series>()
  #points: Point[] = []

  constructor(settings: PointsBuilderSettings) {
    this.#settings = settings
  }

  /** What was recorded since the last call, as a batch of this reading. */
  take(reading: Reading): Batch {
    const points = this.#points
    this.#points = []
    this.#known.completed()
    return this.#settings.factory.batch({ reading, points })
  }

  /**
   * @param values the entity's parts and the point's attributes; `null` leaves off an attribute, or those made of a part
   * @param token of a counter: when it was last zeroed
   */
  protected record(
    metric: MetricInfo,
    entity: EntityInfo,
    value: number | bigint | null,
    values: Readonly<Record<string, AttributeValue | null>> = {},
    token?: ResetToken,
  ): void {
    if (value === null || !this.#settings.enabled.has(metric.name)) return
    const parts: Record<string, string> = {}
    const attributes: Record<string, AttributeValue> = {}
    // In one order, whatever the caller's: the key must not depend on it.
    for (const name of Object.keys(values).sort()) {
      const given = values[name]
      if (given === null || given === undefined) continue
      if (entity.parts.includes(name)) parts[name] = String(given)
      else attributes[name] = given
    }
    const series = this.#seriesOf(metric, entity, parts, attributes)
    this.#points.push(token === undefined ? { series, value } : { series, value, token })
  }

  #seriesOf(metric: MetricInfo, entity: EntityInfo, parts: Record<string, string>, own: Attributes): Series {
    const { factory } = this.#settings
    const key = factory.key(metric.name, JSON.stringify(parts), JSON.stringify(own))
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const series = factory.series(metric, { ...factory.entityAttributes(entity, parts), ...own }, key)
    this.#known.set(key, series)
    return series
  }
}
