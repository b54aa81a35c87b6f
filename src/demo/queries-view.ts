import type { Received } from './endpoint/received.ts'
import type { ReceivedLog, ReceivedValue } from './endpoint/received-point.ts'

/** Events of so long ago are no longer shown. */
const shownMs = 60_000
const linesEach = 4

/** What the events say of the last minute, under the metrics: top statements, slow ones, lock waits, long things. */
export function renderQueries(received: Received, columns: number, nowMs: number): string {
  const recent = (event: string) =>
    received.logs({ event }).filter(({ timeNs }) => Number(timeNs / 1_000_000n) >= nowMs - shownMs)
  const sections: readonly (readonly [title: string, lines: readonly string[]])[] = [
    ['top statements of the last minute', topStatements(recent('db.server.top_query'))],
    ['slow statements', slowStatements(received)],
    ['lock waits', recent('postgresql.blocking_episode').slice(-linesEach).map(lockWait)],
    ['long-running', recent('postgresql.long_running').slice(-linesEach).map(longRunning)],
  ]
  return sections
    .filter(([, lines]) => lines.length > 0)
    .flatMap(([title, lines]) => [title, ...lines.map((line) => `  ${line}`)])
    .map((line) => line.slice(0, columns))
    .join('\n')
}

/** One line about an event that people wait for; `undefined` for those that come by the dozen. */
export function describeEvent(log: ReceivedLog): string | undefined {
  if (log.eventName === 'postgresql.blocking_episode') return `lock wait: ${lockWait(log)}`
  if (log.eventName === 'postgresql.long_running') return `long-running: ${longRunning(log)}`
  return undefined
}

/** By fingerprint, the ones that took the most time first. */
function topStatements(logs: readonly ReceivedLog[]): readonly string[] {
  return [...Map.groupBy(logs, (log) => text(log, 'query.hash'))]
    .map(([hash, group]) => {
      const seconds = sum(group, 'postgresql.total_exec_time')
      const calls = sum(group, 'postgresql.calls')
      return { hash, seconds, calls, statement: text(group.at(-1), 'db.query.text') }
    })
    .sort((a, b) => b.seconds - a.seconds)
    .slice(0, linesEach)
    .map(({ hash, seconds, calls, statement }) => {
      const mean = calls === 0 ? 0 : (seconds * 1_000) / calls
      return `${seconds.toFixed(2).padStart(7)} s ${String(calls).padStart(6)} calls ${mean.toFixed(1).padStart(8)} ms  ${hash}  ${statement}`
    })
}

function slowStatements(received: Received): readonly string[] {
  const statements = new Map(
    received.logs({ event: 'db.server.top_query' }).map((log) => [text(log, 'query.hash'), text(log, 'db.query.text')]),
  )
  return received
    .series({ metric: 'db.query.duration' })
    .map(({ latest }) => ({ ms: Number(latest.value), hash: shown(latest.attributes['query.hash']) }))
    .sort((a, b) => b.ms - a.ms)
    .slice(0, linesEach)
    .map(({ ms, hash }) => `${ms.toFixed(0).padStart(7)} ms mean  ${hash}  ${statements.get(hash) ?? ''}`)
}

function lockWait(log: ReceivedLog): string {
  const victims = text(log, 'postgresql.blocking.victims.count')
  const lock = `${text(log, 'postgresql.blocking.lock.mode')} on ${text(log, 'postgresql.blocking.lock.relation') || text(log, 'postgresql.blocking.lock.type')}`
  const root = `${text(log, 'postgresql.application_name')} (${text(log, 'postgresql.state')})`
  return `${text(log, 'postgresql.episode.phase')}: ${root} keeps ${victims} waiting for ${lock}: ${text(log, 'db.query.text')}`
}

function longRunning(log: ReceivedLog): string {
  const seconds = Number(log.attributes['postgresql.episode.duration'] ?? 0)
  const what = `${text(log, 'postgresql.long_running.kind')} of ${text(log, 'postgresql.application_name')}`
  return `${text(log, 'postgresql.episode.phase')}: ${what}, ${seconds.toFixed(1)} s: ${text(log, 'db.query.text')}`
}

function text(log: ReceivedLog | undefined, attribute: string): string {
  return shown(log?.attributes[attribute])
}

function shown(value: ReceivedValue | undefined): string {
  return typeof value === 'object' || value === undefined ? '' : String(value)
}

function sum(logs: readonly ReceivedLog[], attribute: string): number {
  return logs.reduce((total, log) => total + Number(log.attributes[attribute] ?? 0), 0)
}
