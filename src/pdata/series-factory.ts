import type { Attributes } from './attributes.ts'
import type { Batch, Resource, Scope } from './batch.ts'
import { type EntityInfo, entityAttributes, type Vocabulary } from './entity.ts'
import type { MetricInfo } from './metric.ts'
import type { AttributeParts, Series } from './series.ts'

/** Where a query runs: for the server as a whole, or in one of its databases. */
export type Origin = 'server' | { readonly oid: string; readonly name: string }

export interface SeriesFactorySettings {
  /** The configured endpoint: the first part of every key, so that no host name or label is in one. */
  readonly endpoint: string
  readonly resource: Resource
  readonly scope: Scope
  readonly vocabulary: Vocabulary
}

/**
 * Makes the series, keys and batches of one receiver. What all of them share is given once, where the receiver is put
 * together. Keys of series and queries are in queue files: one that changes loses its baseline.
 */
export class SeriesFactory {
  readonly #settings: SeriesFactorySettings

  constructor(settings: SeriesFactorySettings) {
    this.#settings = settings
  }

  /** @param key tells the series from the receiver's others */
  series(metric: MetricInfo, attributes: Attributes, key: string): Series {
    return { metric, attributes: Object.freeze(attributes), key }
  }

  /** The same of attributes in two parts, each of which other series have too; what is in both is the own one's. */
  seriesOfParts(metric: MetricInfo, { shared, own }: AttributeParts, key: string): Series {
    const names = Object.keys(own)
    const attributes = names.length === 0 ? shared : { ...shared, ...own }
    const one = this.series(metric, attributes, key)
    return names.length === 0 || names.some((name) => name in shared) ? one : { ...one, parts: { shared, own } }
  }

  /** The attributes of an entity in the configured vocabulary. */
  entityAttributes(entity: EntityInfo, parts: Readonly<Record<string, string | undefined>>): Record<string, string> {
    return entityAttributes(entity, parts, this.#settings.vocabulary)
  }

  key(...parts: readonly string[]): string {
    return [this.#settings.endpoint, ...parts].join('\u0000')
  }

  /** The key of a row of a query, or of one of its series. */
  rowKey(origin: Origin, query: string, ...parts: readonly string[]): string {
    return this.key(oidOf(origin), query, ...parts)
  }

  /** What a reading calls the query that it is of. */
  queryKey(origin: Origin, query: string): string {
    return `${this.#settings.endpoint}/${oidOf(origin)}/${query}`
  }

  batch(content: Omit<Batch, 'resource' | 'scope'>): Batch {
    return { resource: this.#settings.resource, scope: this.#settings.scope, ...content }
  }
}

/** No database has the oid ''. */
function oidOf(origin: Origin): string {
  return origin === 'server' ? '' : origin.oid
}
