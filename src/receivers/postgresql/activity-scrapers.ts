import { randomUUID } from 'node:crypto'
import type { EventName } from '../../../generated/postgresql/events.ts'
import type { MetricName } from '../../../generated/postgresql/metrics.ts'
import { GraphPace } from './activity/graph-pace.ts'
import { LongRunningWatch } from './activity/long-running-watch.ts'
import { QuerySamples } from './activity/query-samples.ts'
import { SessionSampler, type SessionSamplerSettings } from './activity/session-sampler.ts'
import { SessionsScraper } from './activity/sessions-scraper.ts'
import { TrackingWatch } from './activity/tracking-watch.ts'
import type { ReceiverParts } from './receiver-parts.ts'
import type { Enabled } from './settings/enabled.ts'
import type { Statements } from './statements/statements.ts'

/** What those who watch sessions share. */
export interface ActivityParts {
  readonly watch: TrackingWatch
  readonly pace: GraphPace
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

export function activityParts({ enabled, notices }: ReceiverParts): ActivityParts {
  const metrics = [...timeMetrics, ...blockingMetrics] satisfies MetricName[]
  const events = [blockingEvent, longRunningEvent, sampleEvent] satisfies EventName[]
  const affected = [
    ...metrics.filter((name) => enabled.metrics.has(name)),
    ...events.filter((name) => enabled.events.has(name)),
  ]
  const watch = new TrackingWatch({ affected, omitted: notices.omittedByServer, degraded: notices.degraded })
  return { watch, pace: new GraphPace() }
}

/**
 * Looks at all sessions once a second and keeps totals; `undefined` where nothing of it is enabled.
 * @param statements time by statement is shown under their labels
 * @param skipped called for each sample that is not taken
 */
export function sessionSampler(
  parts: ReceiverParts,
  { watch, pace }: ActivityParts,
  statements: Pick<Statements, 'label'>,
  skipped: SessionSamplerSettings['skipped'],
): SessionSampler | undefined {
  const { config, enabled, connection, databases, clock, texts, measured } = parts
  const { enabled: isOn, interval } = config.session_sampling
  const blocking = blockingMetrics.some((name) => enabled.metrics.has(name)) || enabled.events.has(blockingEvent)
  if (!isOn || !(blocking || timeMetrics.some((name) => enabled.metrics.has(name)))) return undefined
  return new SessionSampler({
    connection,
    databases,
    clock,
    texts,
    measured,
    watch,
    pace,
    skipped,
    blocking,
    statementLabel: (databaseOid, queryId) => statements.label(databaseOid, queryId),
    affected: affectedBy(enabled),
    intervalMs: interval,
    run: randomUUID(),
    byStatement: enabled.metrics.has('postgresql.statement.session.time'),
    events: parts.eventsBuilder(),
  })
}

/** The sampler, and what gives its totals and the other events about sessions; nothing where nothing is enabled. */
export function activityScrapers(
  parts: ReceiverParts,
  activity: ActivityParts,
  sampler: SessionSampler | undefined,
): (SessionSampler | SessionsScraper)[] {
  const { factory, connection, databases, clock } = parts
  const longRunning = longRunningWatch(parts, activity)
  const querySamples = querySamplesOf(parts, activity)
  if (sampler === undefined && longRunning === undefined && querySamples === undefined) return []
  const scraper = new SessionsScraper({
    factory,
    connection,
    databases,
    clock,
    builder: parts.metricsBuilder(),
    watch: activity.watch,
    sampler,
    longRunning,
    querySamples,
  })
  return sampler === undefined ? [scraper] : [sampler, scraper]
}

function longRunningWatch(parts: ReceiverParts, { watch }: ActivityParts): LongRunningWatch | undefined {
  const { config, enabled, clock, texts, measured, databases } = parts
  const { transaction, idle_in_transaction, statement } = config.long_running
  if (!enabled.events.has(longRunningEvent) || transaction + idle_in_transaction + statement === 0) return undefined
  return new LongRunningWatch({
    clock,
    texts,
    measured,
    databases,
    watch,
    events: parts.eventsBuilder(),
    thresholds: { transactionMs: transaction, idleInTransactionMs: idle_in_transaction, statementMs: statement },
  })
}

function querySamplesOf(parts: ReceiverParts, { watch, pace }: ActivityParts): QuerySamples | undefined {
  const { config, enabled, clock, texts, measured, databases } = parts
  if (!enabled.events.has(sampleEvent)) return undefined
  return new QuerySamples({
    clock,
    texts,
    measured,
    databases,
    watch,
    pace,
    events: parts.eventsBuilder(),
    maxRows: config.query_sample_collection.max_rows_per_query,
    onlyDatabases: config.databases,
    excludedDatabases: config.exclude_databases,
  })
}

function affectedBy({ metrics, events }: Enabled): SessionSamplerSettings['affected'] {
  const sampled = [...timeMetrics, 'postgresql.blocking.sessions', 'postgresql.blocking.time']
  const fromGraph = ['postgresql.blocking.depth', 'postgresql.blocking.longest_wait']
  const episodes = events.has(blockingEvent) ? [blockingEvent] : []
  const byGraph = [...fromGraph.filter((name) => metrics.has(name)), ...episodes]
  return { bySample: [...sampled.filter((name) => metrics.has(name)), ...byGraph], byGraph }
}
