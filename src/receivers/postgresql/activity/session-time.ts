import type { MetricsBuilder } from '../../../../generated/postgresql/metrics.ts'
import { other } from '../../../rows/ranked-rows.ts'
import type { DatabaseNames } from '../server/database-list.ts'
import { RunningTotals } from './running-totals.ts'
import { isUntracked, type SessionGroup, type SessionSample, waitClassOf } from './session-sample.ts'

/** The label of a statement; `undefined` for one that is shown in `(other)`. */
export type StatementLabel = (databaseOid: string, queryId: string) => string | undefined

/** Series of one metric; what comes beyond them counts as `(other)`. */
const maxSeries = 500

interface SessionLabels extends Readonly<Record<string, string | null>> {
  readonly database: string | null
  readonly 'postgresql.backend_type': string
  readonly 'postgresql.wait_event_type': string
  readonly 'postgresql.wait_event': string | null
}

interface StatementLabels extends Readonly<Record<string, string | null>> {
  readonly database: string | null
  readonly hash: string
  readonly 'postgresql.wait_event_type': string
}

/** How long sessions ran and waited, added up sample by sample. */
export class SessionTime {
  readonly #statementLabel: StatementLabel
  readonly #databases: DatabaseNames
  readonly #sessions: RunningTotals<SessionLabels>
  readonly #statements: RunningTotals<StatementLabels>

  /** @param run names this run of the sampler (see {@link RunningTotals}) */
  constructor(run: string, statementLabel: StatementLabel, databases: DatabaseNames) {
    this.#statementLabel = statementLabel
    this.#databases = databases
    this.#sessions = new RunningTotals(run, maxSeries)
    this.#statements = new RunningTotals(run, maxSeries)
  }

  /**
   * Each session did for this time what the sample saw it do.
   * @param byStatement whether the sample knows statements
   */
  add({ groups }: SessionSample, seconds: number, nowMs: number, byStatement: boolean): void {
    const sinceMs = nowMs - seconds * 1_000
    for (const group of groups) {
      if (isUntracked(group)) continue
      const spent = seconds * group.sessions
      this.#sessions.add(this.#sessionLabels(group), restOf(group), spent, sinceMs, nowMs)
      if (!byStatement || group.backendType !== 'client backend') continue
      this.#statements.add(this.#statementLabels(group), restOfStatements(group), spent, sinceMs, nowMs)
    }
  }

  record(builder: MetricsBuilder, nowMs: number): void {
    for (const { labels, seconds, token } of this.#sessions.read(nowMs)) {
      builder.recordPostgresqlSessionTime(seconds, labels, token)
    }
    for (const { labels, seconds, token } of this.#statements.read(nowMs)) {
      builder.recordPostgresqlStatementSessionTime(seconds, labels, token)
    }
  }

  #sessionLabels(group: SessionGroup): SessionLabels {
    const waitClass = waitClassOf(group)
    return {
      database: this.#databaseOf(group),
      'postgresql.backend_type': group.backendType,
      'postgresql.wait_event_type': waitClass,
      // The class already says that the client is silent within a transaction.
      'postgresql.wait_event': waitClass === group.waitEventType ? (group.waitEvent ?? null) : null,
    }
  }

  #databaseOf({ databaseOid }: SessionGroup): string | null {
    return (databaseOid === undefined ? undefined : this.#databases.names.get(databaseOid)) ?? null
  }

  #statementLabels(group: SessionGroup): StatementLabels {
    const { databaseOid, queryId } = group
    const known = databaseOid !== undefined && queryId !== undefined
    return {
      database: this.#databaseOf(group),
      hash: (known ? this.#statementLabel(databaseOid, queryId) : undefined) ?? other,
      'postgresql.wait_event_type': waitClassOf(group),
    }
  }
}

function restOf(group: SessionGroup): SessionLabels {
  return {
    database: other,
    'postgresql.backend_type': other,
    'postgresql.wait_event_type': waitClassOf(group),
    'postgresql.wait_event': other,
  }
}

function restOfStatements(group: SessionGroup): StatementLabels {
  return { database: other, hash: other, 'postgresql.wait_event_type': waitClassOf(group) }
}
