import type { Attributes } from './attributes.ts'
import type { MetricInfo } from './metric.ts'

/** No key is in both. */
export interface AttributeParts {
  /** Of the row. */
  readonly shared: Attributes
  /** Of the metric, whatever the row. */
  readonly own: Attributes
}

/**
 * One time series. Whoever makes it keeps it: the same series is the same object from scrape to scrape, so bytes and other
 * derived things can be kept per object (in a WeakMap).
 *
 * What must outlive a rename or a restart (a baseline) is kept under `key`: a renamed table is another object with the
 * same key, because the key is made of the raw identity and never of the emitted attributes.
 */
export interface Series {
  readonly metric: MetricInfo
  readonly attributes: Attributes
  /** Configured endpoint, database oid, metric, raw identity, point. */
  readonly key: string
  /** The same attributes in two parts that other series have too, so that what is derived from a part is kept once. */
  readonly parts?: AttributeParts
}
