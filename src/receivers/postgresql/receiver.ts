import { existsSync } from 'node:fs'
import { EventsBuilder } from '../../../generated/postgresql/events.ts'
import { MetricsBuilder, scopeName } from '../../../generated/postgresql/metrics.ts'
import { resource } from '../../../generated/postgresql/resource.ts'
import { instruments } from '../../../generated/postgresql/telemetry.ts'
import type { Consumer } from '../../component/consumer.ts'
import type { ComponentSettings, ReceiverFactory } from '../../component/factory.ts'
import type { Host } from '../../component/host.ts'
import type { Lacks, Receiver } from '../../component/receiver.ts'
import { SeriesFactory } from '../../pdata/series-factory.ts'
import type { Signal } from '../../pdata/signal.ts'
import { ScraperController } from '../../scraper/controller.ts'
import { scraperTelemetry } from '../../scraper/scraper-telemetry.ts'
import { childStatementTexts } from '../../sql-text/pool/child-statement-texts.ts'
import type { StatementTexts } from '../../sql-text/pool/statement-texts.ts'
import { activityParts, activityScrapers, sessionSampler } from './activity-scrapers.ts'
import { Connector } from './connection/connector.ts'
import { LatestPlans } from './explain/plans-scraper.ts'
import type { DatabasesScraper } from './queries/databases-scraper.ts'
import type { ServerScraper } from './queries/server-scraper.ts'
import type { ReceiverParts } from './receiver-parts.ts'
import { DatabaseList } from './server/database-list.ts'
import type { Measured } from './server/measured.ts'
import { Notices } from './server/notices.ts'
import { ServerConnection } from './server/server-connection.ts'
import { ServerWatch } from './server/watch.ts'
import { type PostgresqlConfig, postgresqlConfig } from './settings/config.ts'
import { connectionSettings, isUnverified } from './settings/connection-settings.ts'
import { type Enabled, enabledEvents, enabledMetrics } from './settings/enabled.ts'
import { identity, identityIsFleeting } from './settings/identity.ts'
import { warningsOf } from './settings/metric-warnings.ts'
import { presetResource, resourceOfEvents } from './settings/preset.ts'
import { plansScrapers, statementsOf } from './statement-scrapers.ts'
import { statisticsScrapers } from './statistics-scrapers.ts'

type Instruments = ReturnType<typeof instruments>

/** What a user can't set. */
export interface ReceiverSettings {
  /** At least this long between the starts of two connections. */
  readonly connectionSpacingMs: number
  /** Until a new connection has answered its first statement; 10 s without. */
  readonly connectTimeoutMs?: number
}

/** Watches one PostgreSQL server: one kept connection for the server's statistics, one at a time for visits to its databases. */
export class PostgresqlReceiver implements Receiver {
  readonly intervalMs: number
  readonly #config: PostgresqlConfig
  readonly #settings: ComponentSettings
  readonly #connection: ServerConnection
  readonly #notices: Notices
  readonly #texts: StatementTexts
  readonly #statistics: { readonly server: ServerScraper; readonly databases: DatabasesScraper }
  readonly #controller: Pick<Receiver, 'start' | 'shutdown' | 'collect'>
  readonly #signals: Consumer['signals']
  #warned = false

  constructor(config: PostgresqlConfig, settings: ComponentSettings & ReceiverSettings, consumer: Consumer) {
    this.intervalMs = config.collection_interval
    this.#config = config
    this.#settings = settings
    this.#signals = consumer.signals
    const { clock, meter, id } = settings
    const own = instruments(meter)
    const parts = receiverParts(config, settings, consumer, own)
    this.#notices = parts.notices
    this.#connection = parts.connection
    this.#texts = parts.texts
    // Plans are asked for the statements that took the most time, and shown with them.
    const latestPlans = new LatestPlans()
    const statements = statementsOf(parts, latestPlans)
    const plans = plansScrapers(parts, statements, latestPlans, (outcome) =>
      own.otelephantPostgresqlPlans.add(1, { outcome, receiver: id }),
    )
    this.#statistics = statisticsScrapers(parts, statements)
    // The sampler counts under the labels of the statements; another scraper gives what it has counted.
    const activity = activityParts(parts)
    const sampler = sessionSampler(parts, activity, statements, (reason) =>
      own.otelephantPostgresqlSkippedSamples.add(1, { reason, receiver: id }),
    )
    this.#controller = new ScraperController({
      id,
      scrapers: [...Object.values(this.#statistics), ...activityScrapers(parts, activity, sampler), ...plans],
      consumer,
      collectionIntervalMs: config.collection_interval,
      initialDelayMs: config.initial_delay,
      timeoutMs: config.timeout,
      clock,
      logger: settings.logger,
      telemetry: scraperTelemetry(meter, id),
    })
  }

  async start(host: Host): Promise<void> {
    this.#warn()
    await this.#controller.start(host)
  }

  async shutdown(): Promise<void> {
    await this.#controller.shutdown()
    await this.#connection.close()
    await this.#texts.close()
  }

  async collect(signal: AbortSignal): Promise<Lacks> {
    this.#warn()
    this.#statistics.server.makeDue()
    this.#statistics.databases.makeDue()
    const { failures } = await this.#controller.collect(signal)
    return { failures, missing: this.#notices.missing() }
  }

  /** Logs once what works but deserves the user's attention. */
  #warn(): void {
    if (this.#warned) return
    this.#warned = true
    const { logger, env, id, hostName } = this.#settings
    const fields = { receiver: id, endpoint: this.#config.endpoint }
    if (isUnverified(this.#config)) {
      logger.warn(
        'The connection is encrypted, but the certificate is not checked; set tls: {insecure_skip_verify: false}.',
        fields,
      )
    }
    for (const warning of warningsOf(this.#config)) logger.warn(warning, fields)
    const wantedEvents = Object.entries(this.#config.events).filter(([, event]) => event?.enabled === true)
    if (wantedEvents.length > 0 && this.#signals?.has('logs') === false) {
      const message =
        'Events are enabled, but the receiver is in no logs pipeline; add it to one under service.pipelines.'
      logger.warn(message, { ...fields, events: wantedEvents.map(([name]) => name) })
    }
    if (identityIsFleeting(this.#config, env, existsSync)) {
      const message =
        "The server is named after this container's host name, which changes with each deploy; set `instance`."
      logger.warn(message, { ...fields, host: hostName })
    }
  }
}

export const postgresqlReceiver = postgresqlReceiverWith({ connectionSpacingMs: 1_000 })

export function postgresqlReceiverWith(own: ReceiverSettings): ReceiverFactory<PostgresqlConfig> {
  return {
    type: 'postgresql',
    config: postgresqlConfig,
    create: (config, settings, consumer) => new PostgresqlReceiver(config, { ...settings, ...own }, consumer),
  }
}

/** What nobody takes needn't be found out. */
function enabledOf(config: PostgresqlConfig, { signals }: Consumer): Enabled {
  const wanted = (signal: Signal) => signals?.has(signal) ?? true
  return {
    metrics: wanted('metrics') ? enabledMetrics(config) : new Set(),
    events: wanted('logs') ? enabledEvents(config) : new Set(),
  }
}

function receiverParts(
  config: PostgresqlConfig,
  settings: ComponentSettings & ReceiverSettings,
  consumer: Consumer,
  own: Instruments,
): ReceiverParts {
  const { clock, id, version, hostName } = settings
  const logger = settings.logger.child({ receiver: id })
  const intervalMs = config.collection_interval
  const notices = new Notices(logger, config.connect_database)
  const connector = new Connector({
    connection: connectionSettings(config, notices.degraded, settings.connectTimeoutMs),
    clock,
    spacingMs: settings.connectionSpacingMs,
    opened: () => own.otelephantPostgresqlConnections.add(1, { receiver: id }),
  })
  const connection = new ServerConnection({
    connector,
    clock,
    intervalMs,
    database: config.connect_database,
    watch: new ServerWatch(logger),
  })
  const databases = new DatabaseList({
    clock,
    intervalMs,
    discovered: notices.discovered,
    omitted: notices.omittedByServer,
    discovery: { databases: config.databases, exclude: config.exclude_databases },
  })
  const enabled = enabledOf(config, consumer)
  const about = {
    attributes: {
      ...presetResource(config, hostName),
      ...resource(identity(config, hostName), config.resource_attributes),
    },
  }
  const scope = { name: config.scope_name ?? scopeName, version }
  const { endpoint, attribute_names: vocabulary } = config
  const factory = new SeriesFactory({ endpoint, resource: about, scope, vocabulary })
  const measured: Measured = (query, durationMs, outcome) => {
    own.otelephantPostgresqlQueries.add(1, { query, outcome, receiver: id })
    own.otelephantPostgresqlQueryDuration.add(durationMs / 1_000, { query, receiver: id })
  }
  return {
    config,
    enabled,
    factory,
    metricsBuilder: () => new MetricsBuilder({ factory, enabled: enabled.metrics }),
    eventsBuilder: () => new EventsBuilder({ scope, resource: resourceOfEvents(about), enabled: enabled.events }),
    connection,
    connector,
    databases,
    texts: childStatementTexts({ logger, tagKeys: config.allowed_comment_keys }),
    notices,
    measured,
    clock,
    logger,
  }
}
