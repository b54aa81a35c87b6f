import { existsSync } from 'node:fs'
import { EventsBuilder } from '../../../generated/postgresql/events.ts'
import { MetricsBuilder, scopeName } from '../../../generated/postgresql/metrics.ts'
import { resource } from '../../../generated/postgresql/resource.ts'
import { instruments } from '../../../generated/postgresql/telemetry.ts'
import type { Consumer } from '../../component/consumer.ts'
import type { ComponentSettings, ReceiverFactory } from '../../component/factory.ts'
import type { Host } from '../../component/host.ts'
import type { Lacks, Receiver } from '../../component/receiver.ts'
import type { Signal } from '../../pdata/signal.ts'
import { ScraperController } from '../../scraper/controller.ts'
import { scraperTelemetry } from '../../scraper/scraper-telemetry.ts'
import { childStatementTexts } from '../../sql-text/pool/child-statement-texts.ts'
import type { StatementTexts } from '../../sql-text/pool/statement-texts.ts'
import { sessionScrapers } from './activity/session-scrapers.ts'
import { Connector } from './connection/connector.ts'
import type { DatabasesScraper } from './queries/databases-scraper.ts'
import type { QuerySetSettings } from './queries/query-set.ts'
import type { ServerScraper } from './queries/server-scraper.ts'
import { DatabaseList } from './server/database-list.ts'
import { Notices } from './server/notices.ts'
import { ServerConnection } from './server/server-connection.ts'
import { ServerWatch } from './server/watch.ts'
import { type PostgresqlConfig, postgresqlConfig } from './settings/config.ts'
import { connectionSettings, isUnverified } from './settings/connection-settings.ts'
import { type Enabled, enabledEvents, enabledMetrics } from './settings/enabled.ts'
import { identity, identityIsFleeting } from './settings/identity.ts'
import { warningsOf } from './settings/metric-warnings.ts'
import { presetResource, resourceOfEvents } from './settings/preset.ts'
import { statementParts } from './statement-parts.ts'
import { statisticsScrapers } from './statistics-scrapers.ts'

type Instruments = ReturnType<typeof instruments>

/** What a user can't set. */
export interface ReceiverSettings {
  /** At least this long between the starts of two connections. */
  readonly connectionSpacingMs: number
  /** Until a new connection has answered its first statement; 10 s without. */
  readonly connectTimeoutMs?: number
}

/** Watches one PostgreSQL server: one kept session for the server's statistics, one lane for visits to its databases. */
export class PostgresqlReceiver implements Receiver {
  readonly intervalMs: number
  readonly #config: PostgresqlConfig
  readonly #settings: ComponentSettings
  readonly #connection: ServerConnection
  readonly #notices: Notices
  readonly #texts: StatementTexts
  readonly #scrapers: { readonly server: ServerScraper; readonly databases: DatabasesScraper }
  readonly #controller: Pick<Receiver, 'start' | 'shutdown' | 'collect'>
  readonly #signals: Consumer['signals']
  #warned = false

  constructor(config: PostgresqlConfig, settings: ComponentSettings & ReceiverSettings, consumer: Consumer) {
    this.intervalMs = config.collection_interval
    this.#config = config
    this.#settings = settings
    this.#signals = consumer.signals
    const { clock, meter, id } = settings
    const logger = settings.logger.child({ receiver: id })
    const notices = new Notices(logger, config.connect_database)
    this.#notices = notices
    const own = instruments(meter)
    const connector = new Connector({
      connection: connectionSettings(config, notices.degraded, settings.connectTimeoutMs),
      clock,
      spacingMs: settings.connectionSpacingMs,
      opened: () => own.otelephantPostgresqlConnections.add(1, { receiver: id }),
    })
    const intervalMs = config.collection_interval
    this.#connection = new ServerConnection({
      ...{ connector, clock, intervalMs },
      database: config.connect_database,
      watch: new ServerWatch(logger),
    })
    const databases = new DatabaseList({
      ...{ clock, intervalMs, discovered: notices.discovered, omitted: notices.omittedByServer },
      discovery: { databases: config.databases, exclude: config.exclude_databases },
    })
    const runner = runnerOf(config, settings, own)
    const enabled = enabledOf(config, consumer)
    const builders = () => buildersOf(config, enabled, runner)
    this.#texts = childStatementTexts({ logger, tagKeys: config.allowed_comment_keys })
    const { statements, scrapers: planScrapers } = statementParts({
      ...{ config, enabled, builders, connector, clock, logger, notices, databases },
      texts: this.#texts,
      measured: runner.measured,
      planned: (outcome) => own.otelephantPostgresqlPlans.add(1, { outcome, receiver: id }),
    })
    this.#scrapers = statisticsScrapers(config, {
      ...{ connection: this.#connection, connector, clock, notices, runner, databases },
      enabled,
      computers: { statement: statements },
    })
    const connections = sessionScrapers({
      ...{ config, enabled, builders, clock, notices, databases },
      connection: this.#connection,
      texts: this.#texts,
      statementLabel: (databaseOid, queryId) => statements.label(databaseOid, queryId),
      measured: runner.measured,
      skipped: (reason) => own.otelephantPostgresqlSkippedSamples.add(1, { reason, receiver: id }),
    })
    this.#controller = new ScraperController({
      id,
      scrapers: [...Object.values(this.#scrapers), ...connections, ...planScrapers],
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
    this.#scrapers.server.makeDue()
    this.#scrapers.databases.makeDue()
    const { failures } = await this.#controller.collect(signal)
    return { failures, missing: this.#notices.missing() }
  }

  /** What works, and the user should know of all the same; told once. */
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

function runnerOf(
  config: PostgresqlConfig,
  { clock, version, hostName, id }: ComponentSettings,
  own: Instruments,
): QuerySetSettings['runner'] {
  return {
    endpoint: config.endpoint,
    resource: {
      attributes: {
        ...presetResource(config, hostName),
        ...resource(identity(config, hostName), config.resource_attributes),
      },
    },
    scope: { name: config.scope_name ?? scopeName, version },
    vocabulary: config.attribute_names,
    clock,
    measured(query, durationMs, outcome) {
      own.otelephantPostgresqlQueries.add(1, { query, outcome, receiver: id })
      own.otelephantPostgresqlQueryDuration.add(durationMs / 1_000, { query, receiver: id })
    },
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

/** Builders that nobody else takes from. */
function buildersOf(
  config: PostgresqlConfig,
  enabled: Enabled,
  { resource: about, scope, endpoint }: Pick<QuerySetSettings['runner'], 'resource' | 'scope' | 'endpoint'>,
) {
  const common = { resource: about, scope }
  return {
    metrics: new MetricsBuilder({
      ...{ ...common, endpoint, enabled: enabled.metrics, vocabulary: config.attribute_names },
    }),
    events: new EventsBuilder({ scope, resource: resourceOfEvents(about), enabled: enabled.events }),
  }
}
