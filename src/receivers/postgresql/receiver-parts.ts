import type { EventsBuilder } from '../../../generated/postgresql/events.ts'
import type { MetricsBuilder } from '../../../generated/postgresql/metrics.ts'
import type { Clock } from '../../component/clock.ts'
import type { SeriesFactory } from '../../pdata/series-factory.ts'
import type { StatementTexts } from '../../sql-text/pool/statement-texts.ts'
import type { Logger } from '../../telemetry/logger.ts'
import type { Connector } from './connection/connector.ts'
import type { DatabaseList } from './server/database-list.ts'
import type { Measured } from './server/measured.ts'
import type { Notices } from './server/notices.ts'
import type { ServerConnection } from './server/server-connection.ts'
import type { PostgresqlConfig } from './settings/config.ts'
import type { Enabled } from './settings/enabled.ts'

/** What all scrapers of one receiver share. */
export interface ReceiverParts {
  readonly config: PostgresqlConfig
  readonly enabled: Enabled
  readonly factory: SeriesFactory
  /** Makes builders of the caller's own: what it records is taken by nobody else. */
  readonly metricsBuilder: () => MetricsBuilder
  readonly eventsBuilder: () => EventsBuilder
  /** The connection that is kept, for the server's own statistics. */
  readonly connection: ServerConnection
  /** Opens connections for visits. */
  readonly connector: Connector
  readonly databases: DatabaseList
  readonly texts: StatementTexts
  readonly notices: Notices
  readonly measured: Measured
  readonly clock: Clock
  readonly logger: Logger
}
