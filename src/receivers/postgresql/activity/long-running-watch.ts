import { createHash } from 'node:crypto'
import type { EventsBuilder } from '../../../../generated/postgresql/events.ts'
import type { Clock } from '../../../component/clock.ts'
import type { Sink } from '../../../scraper/scraper.ts'
import type { StatementText } from '../../../sql-text/pool/statement-texts.ts'
import type { Connection } from '../connection/connection.ts'
import { CodeQueries } from '../server/code-queries.ts'
import type { DatabaseNames } from '../server/database-list.ts'
import type { Measured } from '../server/measured.ts'
import type { ConnectedServer } from '../server/server-connection.ts'
import type { EventSources } from './blocking-records.ts'
import {
  detailsText,
  type LongRunningThresholds,
  type LongThing,
  readLongThings,
  readSessionDetails,
  type SessionDetails,
  thingsText,
} from './long-running.ts'
import { rfc3339 } from './server-time.ts'
import type { TrackingWatch } from './tracking-watch.ts'

export interface LongRunningSettings extends EventSources {
  readonly thresholds: LongRunningThresholds
  readonly databases: DatabaseNames
  readonly watch: Pick<TrackingWatch, 'permits'>
  readonly clock: Clock
  readonly measured: Measured
}

/** So many are reported at a time; the rest follow with the next readings. */
const maxNews = 100

type Values = Omit<
  Parameters<EventsBuilder['recordPostgresqlLongRunning']>[1],
  'postgresql.episode.phase' | 'postgresql.episode.duration'
>

/** One that was reported and isn't over. */
interface Reported {
  readonly values: Values
  lastedMs: number
}

/** Reports what lasts too long, once, and its end, once. */
export class LongRunningWatch {
  readonly #settings: LongRunningSettings
  readonly #queries: CodeQueries
  readonly #reported = new Map<string, Reported>()

  constructor(settings: LongRunningSettings) {
    this.#settings = settings
    this.#queries = new CodeQueries(settings.clock, settings.measured)
  }

  async scrape({ connection, serverState }: ConnectedServer, sink: Sink, signal: AbortSignal): Promise<void> {
    const { thresholds, clock, events, watch } = this.#settings
    if (!watch.permits(thingsText + detailsText, ['postgresql.long_running'], serverState)) return
    const read = () => readLongThings(connection, thresholds, signal)
    const things = await this.#queries.ask('long_running', connection, signal, read)
    const nowMs = clock.now()
    this.#recordEnds(things, nowMs)
    const news = things.filter((thing) => !this.#reported.has(keyOf(thing))).slice(0, maxNews)
    if (news.length > 0) await this.#recordStarts(news, connection, nowMs, signal)
    const batch = events.take()
    if (batch.records.length > 0) await sink.logs(batch)
  }

  #recordEnds(things: readonly LongThing[], nowMs: number): void {
    const present = new Map(things.map((thing) => [keyOf(thing), thing]))
    for (const [key, reported] of this.#reported) {
      const thing = present.get(key)
      if (thing !== undefined) {
        reported.lastedMs = thing.lastedMs
        continue
      }
      this.#reported.delete(key)
      this.#record('end', reported, nowMs)
    }
  }

  async #recordStarts(
    news: readonly LongThing[],
    connection: Connection,
    nowMs: number,
    signal: AbortSignal,
  ): Promise<void> {
    const { databases, texts } = this.#settings
    const pids = [...new Set(news.map(({ pid }) => pid))]
    const read = () => readSessionDetails(connection, pids, databases, signal)
    const details = await this.#queries.ask('long_running_details', connection, signal, read)
    const statements = await texts.read(
      details.map(({ statement }) => statement),
      signal,
    )
    for (const thing of news) {
      const index = details.findIndex(
        ({ pid, backendStart }) => pid === thing.pid && backendStart === thing.backendStart,
      )
      const found = details[index]
      // It ended after the first statement: nothing else is known of it.
      if (found === undefined) continue
      const reported = { values: valuesOf(thing, found, statements[index]), lastedMs: thing.lastedMs }
      this.#reported.set(keyOf(thing), reported)
      this.#record('start', reported, nowMs)
    }
  }

  #record(phase: 'start' | 'end', { values, lastedMs }: Reported, nowMs: number): void {
    this.#settings.events.recordPostgresqlLongRunning(nowMs, {
      ...values,
      'postgresql.episode.phase': phase,
      'postgresql.episode.duration': lastedMs / 1_000,
    })
  }
}

function valuesOf(thing: LongThing, session: SessionDetails, text: StatementText | undefined): Values {
  return {
    'postgresql.long_running.kind': thing.kind,
    'postgresql.episode.id': createHash('sha256').update(keyOf(thing)).digest('hex').slice(0, 16),
    'postgresql.episode.start': rfc3339(thing.startedAt),
    'postgresql.pid': thing.pid,
    'postgresql.backend.connection.start': rfc3339(thing.backendStart),
    'db.namespace': session.database,
    'user.name': session.user,
    'postgresql.application_name': session.applicationName,
    'network.peer.address': session.clientAddress,
    'postgresql.state': session.state,
    'postgresql.wait_event_type': session.waitEventType,
    'postgresql.wait_event': session.waitEvent,
    'db.query.text': text?.text,
    'query.hash': text?.fingerprint,
    'db.query.summary': text?.summary,
  }
}

function keyOf({ kind, pid, backendStart, startedAt }: LongThing): string {
  return [kind, pid, backendStart, startedAt].join(' ')
}
