import { type ComputedColumns, type QueryName, queries, sourcedMetrics } from '../../../generated/postgresql/queries.ts'
import type { Clock } from '../../component/clock.ts'
import type { ComposeSettings } from './compose/composed-query.ts'
import type { Connector } from './connection/connector.ts'
import { DatabasesScraper } from './queries/databases-scraper.ts'
import type { QuerySetSettings } from './queries/query-set.ts'
import type { RowComputer } from './queries/row-computer.ts'
import { ServerScraper } from './queries/server-scraper.ts'
import { wantedOf } from './server/capabilities.ts'
import type { DatabaseList } from './server/database-list.ts'
import type { Notices } from './server/notices.ts'
import type { ServerConnection } from './server/server-connection.ts'
import type { PostgresqlConfig } from './settings/config.ts'
import type { Enabled } from './settings/enabled.ts'
import { presetIntervals } from './settings/preset.ts'
import { topQueryExtra } from './statements/top-queries.ts'

/**
 * So few that a slice fits into a socket's buffer: then the server is through with it, and holds nothing, also when the
 * collector has stopped reading. Nothing else ends a result that is stuck in a unix socket.
 */
const sliceRows = 250

export interface StatisticsSettings extends Pick<QuerySetSettings, 'runner'> {
  readonly enabled: Enabled
  /** Of every query that has computed columns. */
  readonly computers: Readonly<Record<keyof ComputedColumns, RowComputer>>
  readonly connection: ServerConnection
  readonly connector: Connector
  readonly databases: DatabaseList
  readonly clock: Clock
  readonly notices: Notices
}

/** What asks the queries of metadata.yaml: of the server, and of each database. */
export function statisticsScrapers(
  config: PostgresqlConfig,
  { enabled, connection, connector, databases, clock, notices, ...planned }: StatisticsSettings,
) {
  const plan = planSettings(config, enabled)
  const shared = { connection, clock, databases, intervalMs: config.collection_interval }
  const planOf = (scope: 'server' | 'database'): QuerySetSettings => ({
    ...{ ...planned, scope, plan, omitted: notices.omitted },
    wanted: wantedOf(queries, sourcedMetrics),
  })
  return {
    server: new ServerScraper({
      ...{ ...shared, plan: planOf('server') },
      timeoutMs: config.timeout,
    }),
    databases: new DatabasesScraper({ ...shared, connector, plan: planOf('database') }),
  }
}

function planSettings(config: PostgresqlConfig, enabled: Enabled): ComposeSettings {
  const extra = { statement: topQueryExtra } satisfies Partial<Record<QueryName, typeof topQueryExtra>>
  return {
    queries,
    metrics: sourcedMetrics,
    enabled: enabled.metrics,
    ...(enabled.events.has('db.server.top_query') ? { extra } : {}),
    intervals: presetIntervals(config),
    limits: config.limits,
    collectionIntervalMs: config.collection_interval,
    sliceRows,
  }
}
