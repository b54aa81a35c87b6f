import type { EventsBuilder } from '../../../../generated/postgresql/events.ts'
import type { Clock } from '../../../component/clock.ts'
import type { Scraper, Sink } from '../../../scraper/scraper.ts'
import type { ExplainCandidate } from '../statements/explain-candidate.ts'
import { sentQueryId, statementAttributes } from '../statements/statement-attributes.ts'
import type { PlanReader } from './plan-reader.ts'
import type { QueryPlan } from './query-plan.ts'

export interface PlansScraperSettings {
  readonly reader: PlanReader
  /** Those of the last reading, the most expensive first. */
  readonly candidates: () => readonly ExplainCandidate[]
  /** Gets each plan. */
  readonly latest: LatestPlans
  readonly events: EventsBuilder
  readonly clock: Clock
}

/** So many plans are kept for the events that show them again. */
const keptPlans = 1_000

/** The last plan of each statement, as JSON. The scraper of plans writes it, events of statements read it. */
export class LatestPlans {
  readonly #plans = new Map<string, string>()

  get(databaseOid: string, fingerprint: string): string | undefined {
    return this.#plans.get(`${databaseOid}/${fingerprint}`)
  }

  set(databaseOid: string, fingerprint: string, json: string): void {
    this.#plans.set(`${databaseOid}/${fingerprint}`, json)
    for (const key of this.#plans.keys()) {
      if (this.#plans.size <= keptPlans) break
      this.#plans.delete(key)
    }
  }
}

/** Reads the plans of the most expensive statements. A scraper of its own: each plan is a visit to a database. */
export class PlansScraper implements Scraper {
  readonly name = 'plans'
  readonly #settings: PlansScraperSettings

  constructor(settings: PlansScraperSettings) {
    this.#settings = settings
  }

  async scrape(sink: Sink, signal: AbortSignal): Promise<void> {
    const { reader, candidates, latest, events, clock } = this.#settings
    const wanted = new Map(candidates().map((candidate) => [candidate.statement, candidate]))
    for (const { statement, outcome } of await reader.read([...wanted.keys()], signal)) {
      const candidate = wanted.get(statement)
      if (outcome.kind !== 'plan' || candidate === undefined) continue
      latest.set(statement.databaseOid, statement.fingerprint, outcome.json)
      recordPlan(events, clock.now(), candidate, outcome)
    }
    const batch = events.take()
    if (batch.records.length > 0) await sink.logs(batch)
  }
}

function recordPlan(
  events: EventsBuilder,
  timeMs: number,
  { statement, userId, name }: ExplainCandidate,
  { json, hash, replaces }: QueryPlan,
): void {
  const about = statementAttributes(name)
  events.recordDbServerQueryPlan(timeMs, {
    'postgresql.queryid': sentQueryId(name, statement.queryid),
    'db.namespace': statement.databaseName,
    'postgresql.userid': userId,
    'postgresql.rolname': statement.userName,
    'postgresql.query_plan': json,
    'query.hash': about['query.hash'],
    'db.query.summary': about['db.query.summary'],
    'db.operation.name': about['db.operation.name'],
    'db.collection.name': about['db.collection.name'],
    'postgresql.plan.hash': hash,
    'postgresql.plan.changed': replaces !== undefined,
  })
}
