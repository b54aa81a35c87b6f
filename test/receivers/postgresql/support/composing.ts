import { queries, sourcedMetrics } from '../../../../generated/postgresql/queries.ts'
import type { Clock } from '../../../../src/component/clock.ts'
import { systemClock } from '../../../../src/component/clock.ts'
import type { MetricPoint, MetricSource } from '../../../../src/metadata/model.ts'
import type { QueryDefinition } from '../../../../src/metadata/query.ts'
import type { SourcedMetric } from '../../../../src/metadata/sourced-metric.ts'
import type { Batch } from '../../../../src/pdata/batch.ts'
import type { ComposedQuery, ComposeSettings } from '../../../../src/receivers/postgresql/compose/composed-query.ts'
import type { Connection } from '../../../../src/receivers/postgresql/connection/connection.ts'
import { QueryRunner, type QueryRunnerSettings } from '../../../../src/receivers/postgresql/queries/runner.ts'
import {
  type Capabilities,
  type Extension,
  nothingKnown,
  readCapabilities,
  wantedOf,
} from '../../../../src/receivers/postgresql/server/capabilities.ts'
import type { ServerState } from '../../../../src/receivers/postgresql/server/read-server-state.ts'
import type { Sink } from '../../../../src/scraper/scraper.ts'
import { factoryOf } from '../../../support/series-factory.ts'
import { never } from './connecting.ts'
import { connectedServerOn } from './watching.ts'

/** What the receiver composes from, with everything enabled unless said otherwise. */
export function composeSettings(overrides: Partial<ComposeSettings> = {}): ComposeSettings {
  return {
    queries,
    metrics: sourcedMetrics,
    enabled: new Set((overrides.metrics ?? sourcedMetrics).map(({ info }) => info.name)),
    intervals: {},
    limits: {},
    collectionIntervalMs: 30_000,
    sliceRows: 300,
    ...overrides,
  }
}

/** A server that grants everything and has no extensions. */
export function capabilitiesOf(overrides: Partial<Capabilities> = {}): Capabilities {
  return {
    ...nothingKnown,
    server: [18],
    role: 'primary',
    userName: 'monitor',
    extensions: new Map<string, Extension>(),
    roles: new Set(['pg_read_all_stats']),
    privileges: new Map([['role pg_read_all_stats', true]]),
    ...overrides,
  }
}

/** A query of a test. */
export function queryOf(name: string, overrides: Partial<QueryDefinition>): QueryDefinition {
  return {
    name,
    description: 'Of a test.',
    scope: 'server',
    identity: [],
    takesLocks: false,
    columns: {},
    variants: [],
    ...overrides,
  }
}

/** A metric of a test, fed by one query. */
export function metricOf(
  name: string,
  source: Pick<MetricSource, 'query'> & Partial<MetricSource> & { readonly points: readonly MetricPoint[] },
  overrides: Partial<SourcedMetric['info']> = {},
): SourcedMetric {
  return {
    info: {
      name,
      description: 'Of a test.',
      unit: '1',
      kind: 'gauge',
      monotonic: false,
      valueType: 'int',
      zeros: 'send',
      ...overrides,
    },
    entity: { type: 'postgresql.instance', parts: [], attributes: [] },
    sources: [{ entity: {}, attributes: {}, ...source }],
  }
}

/** What the server of a session is and grants. */
export async function inspect(
  connection: Connection,
  settings: Pick<ComposeSettings, 'queries' | 'metrics'> = composeSettings(),
): Promise<{ readonly serverState: ServerState; readonly capabilities: Capabilities }> {
  const { serverState } = await connectedServerOn(connection, systemClock())
  const wanted = wantedOf(settings.queries, settings.metrics)
  return { serverState, capabilities: await readCapabilities(connection, serverState, wanted, never) }
}

/** A runner of a composed query. */
export function runnerOf(
  query: ComposedQuery,
  clock: Clock = systemClock(),
  ranking: Pick<QueryRunnerSettings, 'top' | 'computer'> = {},
): QueryRunner {
  return new QueryRunner({
    query,
    factory: factoryOf(),
    origin: 'server',
    clock,
    measured: () => {},
    ...ranking,
  })
}

/** A sink that keeps what it takes. */
export function keepingSink(): Sink & { readonly batches: Batch[] } {
  const batches: Batch[] = []
  return {
    batches,
    async metrics(batch) {
      batches.push(batch)
    },
    async logs() {},
  }
}
