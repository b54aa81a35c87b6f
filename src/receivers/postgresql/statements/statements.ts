import type { EventsBuilder } from '../../../../generated/postgresql/events.ts'
import type { MetricsBuilder } from '../../../../generated/postgresql/metrics.ts'
import { type ComputedColumns, readByCode } from '../../../../generated/postgresql/queries.ts'
import type { Reading } from '../../../pdata/reading.ts'
import type { ColumnValue } from '../../../rows/decode.ts'
import type { ComputedRows, MeasuredRow } from '../../../rows/measured-row.ts'
import type { Sink } from '../../../scraper/scraper.ts'
import type { MeasuredResult, RowComputer } from '../queries/row-computer.ts'
import type { ExplainCandidate } from './explain-candidate.ts'
import { RoleNames, rolesSql } from './role-names.ts'
import { type SlowSettings, type SlowStatement, slowRows, slowStatements } from './slow-statements.ts'
import type { StatementFacts } from './statement-facts.ts'
import { type StatementColumn, type StatementIncrease, statementIncreases } from './statement-increase.ts'
import type { StatementName, StatementNames } from './statement-names.ts'
import { textsQuery } from './texts-query.ts'
import { recordTopQuery, type TopQuery, topQueries } from './top-queries.ts'
import { settingsSql, type TrackingCheck } from './tracking-check.ts'

export interface StatementsSettings {
  readonly names: StatementNames
  readonly tracking: TrackingCheck
  readonly facts: StatementFacts
  readonly slow: SlowSettings
  /** Most events `db.server.top_query` of one reading. */
  readonly topQueries: number
  readonly events: EventsBuilder
  readonly metrics: MetricsBuilder
  /** Whether {@link Statements.planCandidates} are asked for. */
  readonly plans: boolean
  /** The last plan of a statement, where it is to be shown with the statement. */
  readonly planOf: (databaseId: string, fingerprint: string) => string | undefined
}

/** The facts of the last reading, until they are reported. */
interface Latest {
  readonly entries: number
  readonly incomplete: boolean | undefined
  readonly top: readonly Omit<TopQuery, 'plan'>[]
}

/**
 * What code adds to the rows of pg_stat_statements: fingerprint and operation from the text, which is read apart, the mean
 * of slow ones, and the events of those that took the most time.
 */
export class Statements implements RowComputer {
  readonly #settings: StatementsSettings
  readonly #roles = new RoleNames()
  /** The fingerprints that were shown last, by database and queryid. */
  #labels: ReadonlyMap<string, string> = new Map()
  #dealloc: number | undefined
  #latest: Latest | undefined
  #planCandidates: readonly ExplainCandidate[] = []

  constructor(settings: StatementsSettings) {
    this.#settings = settings
  }

  /** Under which fingerprint a statement is shown at present; `undefined` where it is among the rest. */
  label(databaseId: string, queryid: string): string | undefined {
    return this.#labels.get(`${databaseId}/${queryid}`)
  }

  /** Statements that took time in the last reading, most of all first. */
  planCandidates(): readonly ExplainCandidate[] {
    return this.#planCandidates
  }

  async compute(result: MeasuredResult, signal: AbortSignal): Promise<ComputedRows> {
    const { query, rows, isTop } = result
    const { slow, events, plans } = this.#settings
    // Most statements did nothing and are shown with the rest.
    const increases = statementIncreases(
      query,
      rows.filter((row) => isTop(row.identity) || row.increases?.some((increase) => increase > 0) === true),
    )
    const slowColumn: ComputedColumn = 'slow'
    const wantsSlow = query.computed.some(({ name }) => name === slowColumn)
    const slowOnes = wantsSlow ? slowRows(increases, slow) : []
    const top = plans || events.isEnabled('db.server.top_query') ? this.#top(increases) : []
    const also = new Set(slowOnes.map(({ identity }) => identity))
    const shown = increases.filter(({ identity }) => isTop(identity) || also.has(identity))
    await this.#learn(result, shown, top, signal)
    this.#remember(rows, query, top)
    return { of: this.#columns(query.computed, shown), also }
  }

  async report(reading: Reading, sink: Sink, _signal: AbortSignal): Promise<void> {
    const latest = this.#latest
    if (latest === undefined) return
    this.#latest = undefined
    const { metrics, events, names, planOf } = this.#settings
    metrics.recordPostgresqlStatementsEntries(latest.entries)
    metrics.recordPostgresqlStatementsIncomplete(latest.incomplete === undefined ? null : Number(latest.incomplete))
    metrics.recordPostgresqlStatementsTextSize(names.readBytes ?? null)
    await sink.metrics(metrics.take({ ...reading, query: `${reading.query}/about`, completes: false }))
    for (const one of latest.top) {
      const plan = planOf(one.row.databaseId, one.name.fingerprint)
      recordTopQuery(events, reading.timeMs, { ...one, plan }, latest.incomplete)
    }
    const records = events.take()
    if (records.records.length > 0) await sink.logs(records)
  }

  /** Without the collector's own statements, as far as they are known. */
  #top(increases: readonly StatementIncrease[]): StatementIncrease[] {
    const { names, topQueries: count } = this.#settings
    const others = increases.filter((row) => names.get(row)?.isOwn !== true)
    return topQueries(others, count)
  }

  /** Reads what is known of statements besides their counters. Each part may fail by itself. */
  async #learn(
    result: MeasuredResult,
    shown: readonly StatementIncrease[],
    top: readonly StatementIncrease[],
    signal: AbortSignal,
  ): Promise<void> {
    const { names, tracking, facts } = this.#settings
    const { query, context } = result
    const { extensionSchema: schema } = query
    await facts.learn('statement_settings', settingsSql, context, signal, () => tracking.look(result, signal))
    const userIds = top.map(({ userId }) => userId)
    await facts.learn('roles', rolesSql, context, signal, () => this.#roles.learn(userIds, context.connection, signal))
    if (schema === undefined || (query.computed.length === 0 && top.length === 0)) return
    const read = () => names.learn([...shown, ...top], schema, context.connection, signal)
    await facts.learn('statement_texts', textsQuery(schema, 'text').text, context, signal, read)
  }

  /** The computed columns of the rows that have a name. */
  #columns(computed: MeasuredResult['query']['computed'], shown: readonly StatementIncrease[]): ComputedRows['of'] {
    const named = new Map<string, { readonly group: string; readonly name: StatementName }>()
    const grouped: [string, StatementIncrease][] = []
    const labels = new Map<string, string>()
    for (const row of shown) {
      const name = this.#settings.names.get(row)
      if (name === undefined || name.isOwn) continue
      const group = `${row.databaseId}/${name.fingerprint}`
      named.set(row.identity, { group, name })
      grouped.push([group, row])
      labels.set(`${row.databaseId}/${row.queryid}`, name.fingerprint)
    }
    this.#labels = labels
    const slow = slowStatements(grouped, this.#settings.slow)
    return ({ identity }: MeasuredRow) => {
      const found = named.get(identity)
      return (
        found && computed.map(({ name }) => columnOf(name, { identity, name: found.name, slow: slow.get(found.group) }))
      )
    }
  }

  #remember(rows: readonly MeasuredRow[], query: MeasuredResult['query'], top: readonly StatementIncrease[]): void {
    const evictions: StatementColumn = readByCode.statement.dealloc
    const place = query.columns.findIndex(({ name }) => name === evictions)
    const value = rows[0]?.row[place]
    const dealloc = typeof value === 'number' || typeof value === 'bigint' ? Number(value) : undefined
    const before = this.#dealloc
    // `dealloc` is a column of the rows: a result without rows has none, and the next one is compared with the one before.
    this.#dealloc = dealloc ?? before
    const named = top.flatMap((row): Omit<TopQuery, 'plan'>[] => {
      const name = this.#settings.names.get(row)
      return name === undefined || name.isOwn ? [] : [{ row, name, role: this.#roles.get(row.userId) }]
    })
    this.#planCandidates = named.flatMap(planCandidate)
    this.#latest = {
      entries: rows.length,
      incomplete: before === undefined || dealloc === undefined ? undefined : hasEvicted(before, dealloc),
      top: named,
    }
  }
}

/** Without the role bare names can mean anything. A text that doesn't parse shares its fingerprint with others. */
function planCandidate({ row, name, role }: Omit<TopQuery, 'plan'>): ExplainCandidate[] {
  if (role === undefined || name.source === undefined || !name.hasSafeId) return []
  const { databaseId, database, queryid, userId } = row
  const statement = {
    databaseOid: databaseId,
    databaseName: database,
    queryid,
    fingerprint: name.fingerprint,
    text: name.source,
    userName: role,
  }
  return [{ statement, userId, name }]
}

/** A count that fell began at zero with a reset. */
function hasEvicted(before: number, now: number): boolean {
  return now > before || (now < before && now > 0)
}

type ComputedColumn = ComputedColumns['statement']

interface NamedRow {
  readonly identity: string
  readonly name: StatementName
  readonly slow: SlowStatement | undefined
}

/** All that metadata.yaml leaves to code. */
const computedOf: Readonly<Record<ComputedColumn, (row: NamedRow) => ColumnValue>> = {
  hash: ({ name }) => name.fingerprint,
  operation: ({ name }) => name.operation ?? null,
  // Of the rows that one statement is counted in, one says it.
  mean_ms: ({ identity, slow }) => (slow?.first === identity ? slow.meanMs : null),
  slow: ({ slow }) => slow !== undefined,
}

function columnOf(column: string, row: NamedRow): ColumnValue {
  const computers: Readonly<Record<string, ((row: NamedRow) => ColumnValue) | undefined>> = computedOf
  return computers[column]?.(row) ?? null
}
