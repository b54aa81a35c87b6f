import { randomUUID } from 'node:crypto'
import type { EventName, EventsBuilder } from '../../../../generated/postgresql/events.ts'
import type { MetricName, MetricsBuilder } from '../../../../generated/postgresql/metrics.ts'
import type { Clock } from '../../../component/clock.ts'
import type { Scraper } from '../../../scraper/scraper.ts'
import type { StatementTexts } from '../../../sql-text/pool/statement-texts.ts'
import type { DatabaseList } from '../server/database-list.ts'
import type { Measured } from '../server/measured.ts'
import type { Notices } from '../server/notices.ts'
import type { ServerConnection } from '../server/server-connection.ts'
import type { PostgresqlConfig } from '../settings/config.ts'
import type { Enabled } from '../settings/enabled.ts'
import { GraphPace } from './graph-pace.ts'
import { LongRunningWatch } from './long-running-watch.ts'
import { QuerySamples } from './query-samples.ts'
import { SessionSampler, type SessionSamplerSettings } from './session-sampler.ts'
import type { StatementLabel } from './session-time.ts'
import { SessionsScraper } from './sessions-scraper.ts'
import { TrackingWatch } from './tracking-watch.ts'

export interface SessionScrapersSettings {
  readonly config: PostgresqlConfig
  readonly enabled: Enabled
  /** Makes builders that nobody else takes from. */
  readonly builders: () => { readonly metrics: MetricsBuilder; readonly events: EventsBuilder }
  readonly connection: ServerConnection
  readonly databases: DatabaseList
  readonly clock: Clock
  readonly texts: StatementTexts
  readonly statementLabel: StatementLabel
  readonly notices: Notices
  readonly measured: Measured
  /** Called for each sample that is left out. */
  readonly skipped: (reason: 'busy' | 'dear') => void
}

const timeMetrics = ['postgresql.session.time', 'postgresql.statement.session.time'] as const
const blockingMetrics = [
  'postgresql.blocking.depth',
  'postgresql.blocking.longest_wait',
  'postgresql.blocking.sessions',
  'postgresql.blocking.time',
] as const
const blockingEvent = 'postgresql.blocking_episode'
const longRunningEvent = 'postgresql.long_running'
const sampleEvent = 'db.server.query_sample'

/** What watches the sessions, as far as anything of it is enabled. */
export function sessionScrapers(settings: SessionScrapersSettings): Scraper[] {
  const { config, enabled, connection, databases, clock, notices } = settings
  const metrics = [...timeMetrics, ...blockingMetrics] satisfies MetricName[]
  const events = [blockingEvent, longRunningEvent, sampleEvent] satisfies EventName[]
  const watch = new TrackingWatch({
    affected: [
      ...metrics.filter((name) => enabled.metrics.has(name)),
      ...events.filter((name) => enabled.events.has(name)),
    ],
    omitted: notices.omittedByServer,
    degraded: notices.degraded,
  })
  const pace = new GraphPace()
  const sampler = samplerOf(settings, watch, pace)
  const longRunning = longRunningOf(settings, watch)
  const querySamples = querySamplesOf(settings, watch, pace)
  if (sampler === undefined && longRunning === undefined && querySamples === undefined) return []
  const builder = settings.builders().metrics
  const { endpoint } = config
  const scraper = new SessionsScraper({
    ...{ endpoint, connection, databases, clock, builder, watch },
    ...{ sampler, longRunning, querySamples },
  })
  return sampler === undefined ? [scraper] : [sampler, scraper]
}

function samplerOf(
  settings: SessionScrapersSettings,
  watch: TrackingWatch,
  pace: GraphPace,
): SessionSampler | undefined {
  const { config, enabled, connection, databases, clock, texts, statementLabel, measured, skipped } = settings
  const { session_sampling: sampling } = config
  const blocking = blockingMetrics.some((name) => enabled.metrics.has(name)) || enabled.events.has(blockingEvent)
  if (!sampling.enabled || !(blocking || timeMetrics.some((name) => enabled.metrics.has(name)))) return undefined
  return new SessionSampler({
    ...{ connection, databases, clock, texts, statementLabel, measured, skipped, watch, pace, blocking },
    affected: affectedBy(enabled),
    intervalMs: sampling.interval,
    run: randomUUID(),
    byStatement: enabled.metrics.has('postgresql.statement.session.time'),
    events: settings.builders().events,
  })
}

function longRunningOf(settings: SessionScrapersSettings, watch: TrackingWatch): LongRunningWatch | undefined {
  const { config, enabled, clock, texts, measured, databases } = settings
  const { transaction, idle_in_transaction, statement } = config.long_running
  if (!enabled.events.has(longRunningEvent) || transaction + idle_in_transaction + statement === 0) return undefined
  return new LongRunningWatch({
    ...{ clock, texts, measured, databases, watch },
    events: settings.builders().events,
    thresholds: { transactionMs: transaction, idleInTransactionMs: idle_in_transaction, statementMs: statement },
  })
}

function querySamplesOf(
  settings: SessionScrapersSettings,
  watch: TrackingWatch,
  pace: GraphPace,
): QuerySamples | undefined {
  const { config, enabled, clock, texts, measured, databases } = settings
  if (!enabled.events.has(sampleEvent)) return undefined
  return new QuerySamples({
    ...{ clock, texts, measured, databases, watch, pace },
    events: settings.builders().events,
    maxRows: config.query_sample_collection.max_rows_per_query,
    onlyDatabases: config.databases,
    excludedDatabases: config.exclude_databases,
  })
}

function affectedBy({ metrics, events }: Enabled): SessionSamplerSettings['affected'] {
  const timed = [...timeMetrics, 'postgresql.blocking.sessions', 'postgresql.blocking.time']
  const looked = ['postgresql.blocking.depth', 'postgresql.blocking.longest_wait']
  const told = events.has(blockingEvent) ? [blockingEvent] : []
  const byGraph = [...looked.filter((name) => metrics.has(name)), ...told]
  return { bySample: [...timed.filter((name) => metrics.has(name)), ...byGraph], byGraph }
}
