import { createHash } from 'node:crypto'
import type { EventsBuilder } from '../../../../generated/postgresql/events.ts'
import type { Sink } from '../../../scraper/scraper.ts'
import type { ShownText, StatementText, StatementTexts } from '../../../sql-text/pool/statement-texts.ts'
import { sqlOf } from '../../../sql-text/shown-text.ts'
import type { EpisodeNews } from './blocking-episodes.ts'
import type { Victim } from './blocking-forest.ts'
import { rfc3339, rfc3339Seconds } from './server-time.ts'

/** How many of the victims are named. */
const namedVictims = 20
/** All the victims' statements together; New Relic cuts a log's string at 4,094. */
const maxStatementsLength = 4_000

export interface EventSources {
  readonly events: EventsBuilder
  readonly texts: StatementTexts
}

/** Makes events of what is new of the episodes and gives them to the sink. */
export async function giveBlockingEpisodes(
  news: readonly EpisodeNews[],
  nowMs: number,
  { events, texts }: EventSources,
  sink: Sink,
  signal: AbortSignal,
): Promise<void> {
  if (!events.isEnabled('postgresql.blocking_episode')) return
  const statements = new Map(news.flatMap(statementsOf).map((statement) => [sqlOf(statement), statement]))
  const read = await texts.read([...statements.values()], signal)
  const byStatement = new Map([...statements.keys()].map((sql, index) => [sql, read[index]]))
  for (const one of news) record(one, nowMs, byStatement, events)
  await sink.logs(events.take())
}

function statementsOf({ episode: { tree } }: EpisodeNews): ShownText[] {
  const nodes = [tree.root, ...named(tree.victims).map(({ node }) => node)]
  return nodes.flatMap(({ session }) => session?.statement || [])
}

function record(
  { phase, episode }: EpisodeNews,
  nowMs: number,
  texts: ReadonlyMap<string, StatementText | undefined>,
  events: EventsBuilder,
): void {
  const { tree, startedMs, lastSeenMs, peakVictims } = episode
  const { root, victims } = tree
  const text = texts.get(sqlOf(root.session?.statement ?? ''))
  const waits = victims.map(({ wait }) => wait)
  events.recordPostgresqlBlockingEpisode(nowMs, {
    'postgresql.episode.phase': phase,
    'postgresql.episode.id': episodeId(tree.key, startedMs),
    'postgresql.episode.start': new Date(startedMs).toISOString(),
    'postgresql.episode.duration': (lastSeenMs - startedMs) / 1_000,
    'postgresql.pid': root.pid,
    'postgresql.backend.connection.start': rfc3339(root.session?.backendStart),
    'db.namespace': root.session?.database,
    'user.name': root.session?.user,
    'postgresql.application_name': root.session?.applicationName,
    'postgresql.state': root.session?.state,
    'postgresql.blocking.transaction.start_time': rfc3339Seconds(root.session?.transactionStart),
    'postgresql.blocking.prepared_transaction': tree.preparedTransaction,
    'db.query.text': text?.text,
    'query.hash': text?.fingerprint,
    'db.query.summary': text?.summary,
    'postgresql.blocking.victims.count': phase === 'end' ? 0 : tree.victimCount,
    'postgresql.blocking.victims.peak': peakVictims,
    'postgresql.blocking.victims.pids': `{${named(victims)
      .map(({ node }) => node.pid)
      .join(',')}}`,
    'postgresql.blocking.victims.statements': victimStatements(victims, texts),
    'postgresql.blocking.depth': tree.depth,
    'postgresql.blocking.wait_duration': Math.floor(tree.longestWaitMs / 1_000),
    'postgresql.blocking.lock.type': unique(waits.map(({ lockType }) => lockType)),
    'postgresql.blocking.lock.mode': unique(waits.map(({ mode }) => mode)),
    'postgresql.blocking.lock.relation': unique(
      waits.flatMap(({ relation }) => (relation === undefined ? [] : (relation.name ?? relation.oid))),
    ),
  })
}

function victimStatements(
  victims: readonly Victim[],
  texts: ReadonlyMap<string, StatementText | undefined>,
): string | undefined {
  const read = named(victims).map(({ node }) => texts.get(sqlOf(node.session?.statement ?? '')))
  const found = new Set(read.map((one) => one?.text ?? one?.summary ?? '').filter((text) => text !== ''))
  let all = ''
  for (const text of found) {
    const longer = all === '' ? text : `${all}; ${text}`
    if (longer.length > maxStatementsLength) break
    all = longer
  }
  return all || undefined
}

function named(victims: readonly Victim[]): readonly Victim[] {
  return victims.slice(0, namedVictims)
}

/** `undefined` for none. */
function unique(values: readonly string[]): string | undefined {
  return [...new Set(values)].join(',') || undefined
}

function episodeId(key: string, startedMs: number): string {
  return createHash('sha256').update(`${key} ${startedMs}`).digest('hex').slice(0, 16)
}
