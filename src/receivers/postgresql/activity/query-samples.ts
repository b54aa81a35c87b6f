import type { Clock } from '../../../component/clock.ts'
import type { TraceLink } from '../../../pdata/log-record.ts'
import type { Sink } from '../../../scraper/scraper.ts'
import type { StatementText } from '../../../sql-text/pool/statement-texts.ts'
import { parseTraceparent } from '../../../sql-text/traceparent.ts'
import { CodeQueries } from '../server/code-queries.ts'
import type { Measured } from '../server/measured.ts'
import type { ConnectedServer } from '../server/server-connection.ts'
import { sentQueryId, statementAttributes } from '../statements/statement-attributes.ts'
import type { EventSources } from './blocking-records.ts'
import type { GraphPace } from './graph-pace.ts'
import {
  readSampledSessions,
  type SampledSession,
  type SampledSessionsSettings,
  sampledText,
} from './sampled-session.ts'
import { rfc3339, rfc3339Seconds } from './server-time.ts'
import type { TrackingWatch } from './tracking-watch.ts'

export interface QuerySamplesSettings extends EventSources, SampledSessionsSettings {
  readonly pace: GraphPace
  readonly watch: Pick<TrackingWatch, 'permits'>
  readonly clock: Clock
  readonly measured: Measured
}

/** The event db.server.query_sample: what each session that isn't idle is at, as upstream's receiver has it. */
export class QuerySamples {
  readonly #settings: QuerySamplesSettings
  readonly #queries: CodeQueries

  constructor(settings: QuerySamplesSettings) {
    this.#settings = settings
    this.#queries = new CodeQueries(settings.clock, settings.measured)
  }

  async scrape({ connection, serverState }: ConnectedServer, sink: Sink, signal: AbortSignal): Promise<void> {
    const { clock, texts, events, pace, watch } = this.#settings
    const timeMs = clock.now()
    const { versionNumber } = serverState
    if (!watch.permits(sampledText(versionNumber, false), ['db.server.query_sample'], serverState)) return
    const mayAskBlockers = watch.permits(
      sampledText(versionNumber, true),
      ['postgresql.blocking.pids of db.server.query_sample'],
      serverState,
    )
    const now = { withBlockers: mayAskBlockers && !pace.isResting(timeMs), databaseOid: serverState.databaseOid }
    const ask = () => readSampledSessions(connection, this.#settings, now, signal)
    const sessions = await this.#queries.ask('query_sample', connection, signal, ask)
    if (sessions.length === 0) return
    const read = await texts.read(
      sessions.map(({ statement }) => statement),
      signal,
    )
    for (const [index, sampled] of sessions.entries()) {
      const text = read[index]
      events.recordDbServerQuerySample(timeMs, valuesOf(sampled, text), traceOf(sampled, text))
    }
    await sink.logs(events.take())
  }
}

/** As upstream writes them: what isn't known of a session is empty or 0. Attributes of its text are left off instead. */
function valuesOf(session: SampledSession, text: StatementText | undefined) {
  const { lock } = session
  return {
    'db.namespace': session.database ?? '',
    ...statementAttributes(text),
    'user.name': session.user ?? '',
    'postgresql.state': session.state ?? '',
    'postgresql.pid': session.pid,
    'postgresql.backend.connection.start': rfc3339(session.backendStart) ?? '',
    'postgresql.session.duration': session.connectedSeconds,
    'postgresql.application_name': session.applicationName ?? '',
    'network.peer.address': session.clientAddress ?? '',
    'network.peer.port': session.clientPort ?? 0,
    'postgresql.client_hostname': session.clientHostname ?? '',
    'postgresql.query_start': session.queryStart ?? '',
    'postgresql.wait_event': session.waitEvent ?? '',
    'postgresql.wait_event_type': session.waitEventType ?? '',
    'postgresql.query_id': sentQueryId(text, session.queryId) ?? '',
    'postgresql.total_exec_time': session.executedMs,
    'postgresql.blocking.pids': session.blockers,
    'postgresql.blocking.start_time': rfc3339Seconds(lock?.waitStart) ?? '',
    'postgresql.blocking.wait_duration': lock?.waitedSeconds ?? 0,
    'postgresql.blocking.lock.mode': lock?.mode ?? '',
    'postgresql.blocking.lock.type': lock?.type ?? '',
    'postgresql.blocking.lock.relation': lock?.relation ?? '',
    'postgresql.blocking.transaction.start_time': rfc3339Seconds(session.transactionStart) ?? '',
  }
}

/** The trace that the statement's comment names, or else its client's application_name. */
function traceOf({ applicationName }: SampledSession, text: StatementText | undefined): TraceLink | undefined {
  const inComment = text?.tags['traceparent']
  const found = inComment === undefined ? undefined : parseTraceparent(inComment)
  return found ?? (applicationName === undefined ? undefined : parseTraceparent(applicationName))
}
