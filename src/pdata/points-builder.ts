import type { Attributes, AttributeValue } from './attributes.ts'
import type { Batch, Point } from './batch.ts'
import type { EntityInfo } from './entity.ts'
import type { MetricInfo } from './metric.ts'
import type { Reading, ResetToken } from './reading.ts'
import type { Series } from './series.ts'
import type { SeriesFactory } from './series-factory.ts'

export interface PointsBuilderSettings {
  readonly factory: SeriesFactory
  /** Which metrics are recorded; others are ignored. */
  readonly enabled: ReadonlySet<string>
}

/** A series that was not recorded for this long is forgotten; if it comes back, it is another object with the same key. */
const forgetAfterMs = 3_600_000

interface KnownSeries {
  readonly series: Series
  usedMs: number
}

/**
 * What the generated metric builders are made of: typed methods record, `take` hands over a batch.
 * A series is kept by metric and attributes, so that it is the same object from scrape to scrape.
 */
export class PointsBuilder {
  readonly #settings: PointsBuilderSettings
  readonly #known = new Map<string, KnownSeries>()
  #points: Point[] = []
  #used = new Set<KnownSeries>()
  #sweptMs = 0

  constructor(settings: PointsBuilderSettings) {
    this.#settings = settings
  }

  /** What was recorded since the last call, as a batch of this reading. */
  take(reading: Reading): Batch {
    const points = this.#points
    this.#points = []
    for (const entry of this.#used) entry.usedMs = reading.timeMs
    this.#used = new Set()
    this.#sweep(reading.timeMs)
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
    const entry = this.#seriesOf(metric, entity, parts, attributes)
    this.#used.add(entry)
    this.#points.push(token === undefined ? { series: entry.series, value } : { series: entry.series, value, token })
  }

  #seriesOf(metric: MetricInfo, entity: EntityInfo, parts: Record<string, string>, own: Attributes): KnownSeries {
    const { factory } = this.#settings
    const key = factory.key(metric.name, JSON.stringify(parts), JSON.stringify(own))
    let entry = this.#known.get(key)
    if (entry === undefined) {
      const attributes = { ...factory.entityAttributes(entity, parts), ...own }
      entry = { series: factory.series(metric, attributes, key), usedMs: 0 }
      this.#known.set(key, entry)
    }
    return entry
  }

  /** Tables and users come and go: without this the map would grow for as long as the process runs. */
  #sweep(nowMs: number): void {
    if (nowMs - this.#sweptMs < forgetAfterMs) return
    this.#sweptMs = nowMs
    for (const [key, entry] of this.#known) {
      if (nowMs - entry.usedMs >= forgetAfterMs) this.#known.delete(key)
    }
  }
}
