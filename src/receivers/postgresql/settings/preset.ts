import type { Attributes } from '../../../pdata/attributes.ts'
import type { Resource } from '../../../pdata/batch.ts'
import type { PostgresqlConfig } from './config.ts'

/** How long names are waited for. */
export interface NamingPace {
  /** Between two readings of texts at least so many times as long as the last one took: at 10,000, 160 ms are 27 min. */
  readonly pauseFactor: number
  /** How long a result waits for the names of its statements; later ones are there for the next. */
  readonly waitMs: number
}

type Preset = Pick<PostgresqlConfig, 'preset'>

/** What is on in the preset `simple`: four metrics, and the one by which New Relic knows that the server is there. */
export const simpleMetrics: ReadonlySet<string> = new Set([
  'db.connections.active',
  'db.connections.idle',
  'db.query.count',
  'db.query.duration',
  'postgresql.up',
])

/** How often queries run where neither the user nor metadata.yaml decides. */
export function presetIntervals({
  preset,
  intervals,
  collection_interval: collectionIntervalMs,
}: Preset & Pick<PostgresqlConfig, 'intervals' | 'collection_interval'>): PostgresqlConfig['intervals'] {
  return preset === 'simple' ? { statement: collectionIntervalMs, ...intervals } : intervals
}

/** What is sent about the server besides its identity. */
export function presetResource({ preset }: Preset, hostName: string): Attributes {
  return preset === 'simple' ? { 'db.system': 'postgresql', 'host.name': hostName } : {}
}

/** Without the host's name: by that New Relic would take log records about a server for the host's. */
export function resourceOfEvents(about: Resource): Resource {
  const { 'host.name': hostName, ...attributes } = about.attributes
  return hostName === undefined ? about : { attributes }
}

/**
 * How long a statement may be without its name. In `simple` few have one, so it is looked up at the next reading whatever
 * it costs, as long as that is at most a hundredth of the time.
 */
export function namingPace({ preset }: Preset): NamingPace {
  return preset === 'simple' ? { pauseFactor: 100, waitMs: 5_000 } : { pauseFactor: 10_000, waitMs: 1_000 }
}
