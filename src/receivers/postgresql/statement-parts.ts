import type { EventsBuilder } from '../../../generated/postgresql/events.ts'
import type { MetricsBuilder } from '../../../generated/postgresql/metrics.ts'
import type { Clock } from '../../component/clock.ts'
import type { Scraper } from '../../scraper/scraper.ts'
import type { StatementTexts } from '../../sql-text/pool/statement-texts.ts'
import type { Logger } from '../../telemetry/logger.ts'
import type { Connector } from './connection/connector.ts'
import { PlanNotices } from './explain/plan-notices.ts'
import { PlanReader } from './explain/plan-reader.ts'
import { PlansScraper } from './explain/plans-scraper.ts'
import type { DatabaseList } from './server/database-list.ts'
import type { Measured } from './server/measured.ts'
import type { Notices } from './server/notices.ts'
import type { PostgresqlConfig } from './settings/config.ts'
import type { Enabled } from './settings/enabled.ts'
import { namingPace } from './settings/preset.ts'
import { StatementFacts } from './statements/statement-facts.ts'
import { StatementNames } from './statements/statement-names.ts'
import { Statements } from './statements/statements.ts'
import { TextSource } from './statements/text-source.ts'
import { TrackingCheck } from './statements/tracking-check.ts'

export interface StatementPartsSettings {
  readonly config: PostgresqlConfig
  readonly enabled: Enabled
  /** Makes builders that nobody else takes from. */
  readonly builders: () => { readonly metrics: MetricsBuilder; readonly events: EventsBuilder }
  readonly connector: Connector
  readonly databases: DatabaseList
  readonly clock: Clock
  readonly logger: Logger
  readonly texts: StatementTexts
  readonly notices: Notices
  readonly measured: Measured
  /** Called once for each statement whose plan was looked for. */
  readonly planned: (outcome: string) => void
}

const topQuery = 'db.server.top_query'
const queryPlan = 'db.server.query_plan'

/** What makes statements of the rows of pg_stat_statements, and what looks at their plans, if somebody wants them. */
export function statementParts(settings: StatementPartsSettings): {
  readonly statements: Statements
  readonly scrapers: readonly Scraper[]
} {
  const { config, enabled, builders, clock, notices, texts, measured } = settings
  const { degraded, noted } = notices
  const source = new TextSource({ connector: settings.connector, databases: settings.databases, degraded, noted })
  const plans = config.plans.enabled && (enabled.events.has(queryPlan) || enabled.events.has(topQuery))
  const statements: Statements = new Statements({
    ...builders(),
    names: new StatementNames({ texts, clock, measured, keepSources: plans, source, pace: namingPace(config) }),
    tracking: new TrackingCheck(notices),
    facts: new StatementFacts({ clock, degraded: notices.degraded, omitted: notices.omittedByServer }),
    slow: { minMeanMs: config.statements.min_mean_ms, maxStatements: config.statements.max_statements },
    topQueries: config.top_query_collection.top_n_query,
    plans,
    planOf: (databaseId, fingerprint) =>
      enabled.events.has(queryPlan) ? undefined : scraper?.latest(databaseId, fingerprint),
  })
  const scraper = plans ? plansScraper(settings, statements) : undefined
  return { statements, scrapers: scraper === undefined ? [] : [scraper] }
}

function plansScraper(settings: StatementPartsSettings, statements: Statements): PlansScraper {
  const { config, connector, clock, logger, texts, planned, builders } = settings
  const notices = new PlanNotices(logger)
  return new PlansScraper({
    reader: new PlanReader({
      ...{ connector, clock, texts, config: config.plans, counted: planned },
      absent: (absence, database) => notices.tell(absence, database),
    }),
    candidates: () => statements.planCandidates(),
    events: builders().events,
    clock,
  })
}
