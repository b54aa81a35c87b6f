import type { EventsBuilder } from '../../../../generated/postgresql/events.ts'
import type { Clock } from '../../../component/clock.ts'
import type { Scraper, Sink } from '../../../scraper/scraper.ts'
import { sentQueryId, statementAttributes } from '../statement-attributes.ts'
import type { StatementName } from '../statements/statement-names.ts'
import type { PlannedStatement, PlanReader } from './plan-reader.ts'
import type { QueryPlan } from './query-plan.ts'

/** A statement whose plan is worth a look. */
export interface PlanCandidate {
  readonly statement: PlannedStatement
  readonly userId: string
  readonly name: StatementName
}

export interface PlansScraperSettings {
  readonly reader: PlanReader
  /** Those of the last reading, the ones that matter most first. */
  readonly candidates: () => readonly PlanCandidate[]
  readonly events: EventsBuilder
  readonly clock: Clock
}

/** So many plans are kept for the events that show them again. */
const keptPlans = 1_000

/** Looks at the plans of the statements that matter, apart from all else: each look is a visit to a database. */
export class PlansScraper implements Scraper {
  readonly name = 'plans'
  readonly #settings: PlansScraperSettings
  readonly #latest = new Map<string, string>()

  constructor(settings: PlansScraperSettings) {
    this.#settings = settings
  }

  /** The last plan of a statement, as JSON. */
  latest(databaseOid: string, fingerprint: string): string | undefined {
    return this.#latest.get(`${databaseOid}/${fingerprint}`)
  }

  async scrape(sink: Sink, signal: AbortSignal): Promise<void> {
    const { reader, candidates, events, clock } = this.#settings
    const wanted = new Map(candidates().map((candidate) => [candidate.statement, candidate]))
    for (const { statement, outcome } of await reader.read([...wanted.keys()], signal)) {
      const candidate = wanted.get(statement)
      if (outcome.kind !== 'plan' || candidate === undefined) continue
      this.#remember(statement, outcome)
      recordPlan(events, clock.now(), candidate, outcome)
    }
    const batch = events.take()
    if (batch.records.length > 0) await sink.logs(batch)
  }

  #remember({ databaseOid, fingerprint }: PlannedStatement, { json }: QueryPlan): void {
    this.#latest.set(`${databaseOid}/${fingerprint}`, json)
    for (const key of this.#latest.keys()) {
      if (this.#latest.size <= keptPlans) break
      this.#latest.delete(key)
    }
  }
}

function recordPlan(
  events: EventsBuilder,
  timeMs: number,
  { statement, userId, name }: PlanCandidate,
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
