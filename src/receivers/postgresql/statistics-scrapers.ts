import { type ComputedColumns, type QueryName, queries, sourcedMetrics } from '../../../generated/postgresql/queries.ts'
import type { ComposeSettings } from './compose/composed-query.ts'
import { DatabasesScraper } from './queries/databases-scraper.ts'
import type { QuerySetSettings } from './queries/query-set.ts'
import type { RowComputer } from './queries/row-computer.ts'
import { ServerScraper } from './queries/server-scraper.ts'
import type { ReceiverParts } from './receiver-parts.ts'
import { wantedOf } from './server/capabilities.ts'
import { presetIntervals } from './settings/preset.ts'
import { topQueryExtra } from './statements/top-queries.ts'

/**
 * So few that a slice fits into a socket's buffer and takes the server some milliseconds: then it is through with it, and
 * holds nothing, also when the collector has stopped reading.
 */
const sliceRows = 300

/**
 * What asks the queries of metadata.yaml: of the server, and of each database.
 * @param statements fills in the computed columns of the query `statement`
 */
export function statisticsScrapers(parts: ReceiverParts, statements: RowComputer) {
  const { config, connection, connector, databases, clock } = parts
  const intervalMs = config.collection_interval
  const shared = { connection, clock, databases, intervalMs }
  return {
    server: new ServerScraper({
      ...shared,
      querySet: querySetSettings(parts, 'server', statements),
      timeoutMs: config.timeout,
    }),
    databases: new DatabasesScraper({
      ...shared,
      connector,
      querySet: querySetSettings(parts, 'database', statements),
    }),
  }
}

function querySetSettings(
  parts: ReceiverParts,
  scope: QuerySetSettings['scope'],
  statements: RowComputer,
): QuerySetSettings {
  const { factory, clock, measured, notices } = parts
  return {
    scope,
    compose: composeSettings(parts),
    wanted: wantedOf(queries, sourcedMetrics),
    runner: { factory, clock, measured },
    // Of every query that has computed columns.
    computers: { statement: statements } satisfies Record<keyof ComputedColumns, RowComputer>,
    omitted: notices.omitted,
  }
}

function composeSettings({ config, enabled }: ReceiverParts): ComposeSettings {
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
