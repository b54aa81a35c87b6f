import { PlanNotices } from './explain/plan-notices.ts'
import { PlanReader } from './explain/plan-reader.ts'
import { type LatestPlans, PlansScraper } from './explain/plans-scraper.ts'
import type { ReceiverParts } from './receiver-parts.ts'
import type { PostgresqlConfig } from './settings/config.ts'
import type { Enabled } from './settings/enabled.ts'
import { namingPace } from './settings/preset.ts'
import { StatementFacts } from './statements/statement-facts.ts'
import { StatementNames } from './statements/statement-names.ts'
import { Statements } from './statements/statements.ts'
import { TextSource } from './statements/text-source.ts'
import { TrackingCheck } from './statements/tracking-check.ts'

const topQuery = 'db.server.top_query'
const queryPlan = 'db.server.query_plan'

/**
 * What makes statements of the rows of pg_stat_statements.
 * @param latestPlans shown with the statements, where plans are no events of their own
 */
export function statementsOf(parts: ReceiverParts, latestPlans: LatestPlans): Statements {
  const { config, enabled, connector, databases, clock, notices, texts, measured } = parts
  const { degraded, asConfigured, omittedByServer: omitted } = notices
  const source = new TextSource({ connector, databases, degraded, asConfigured })
  const plans = wantsPlans(config, enabled)
  return new Statements({
    metrics: parts.metricsBuilder(),
    events: parts.eventsBuilder(),
    names: new StatementNames({ texts, clock, measured, keepSources: plans, source, pace: namingPace(config) }),
    tracking: new TrackingCheck({ degraded, asConfigured }),
    facts: new StatementFacts({ clock, degraded, omitted }),
    slow: { minMeanMs: config.statements.min_mean_ms, maxStatements: config.statements.max_statements },
    topQueries: config.top_query_collection.top_n_query,
    plans,
    planOf: (databaseId, fingerprint) =>
      enabled.events.has(queryPlan) ? undefined : latestPlans.get(databaseId, fingerprint),
  })
}

/**
 * What asks for the plans of the statements that took the most time; nothing where nobody wants them.
 * @param planned called once for each statement whose plan was looked for
 */
export function plansScrapers(
  parts: ReceiverParts,
  statements: Statements,
  latest: LatestPlans,
  planned: (outcome: string) => void,
): PlansScraper[] {
  const { config, enabled, connector, clock, logger, texts } = parts
  if (!wantsPlans(config, enabled)) return []
  const notices = new PlanNotices(logger)
  const reader = new PlanReader({
    connector,
    clock,
    texts,
    config: config.plans,
    counted: planned,
    absent: (absence, database) => notices.log(absence, database),
  })
  const candidates = () => statements.planCandidates()
  return [new PlansScraper({ reader, candidates, latest, events: parts.eventsBuilder(), clock })]
}

function wantsPlans(config: PostgresqlConfig, { events }: Enabled): boolean {
  return config.plans.enabled && (events.has(queryPlan) || events.has(topQuery))
}
