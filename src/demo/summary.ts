import { metrics } from '../../generated/postgresql/metrics.ts'
import type { Account } from '../component/exporter.ts'
import type { Received } from './endpoint/received.ts'
import type { ReceivedPoint } from './endpoint/received-point.ts'
import { seriesKey } from './endpoint/series-total.ts'

const zerosOf = new Map<string, 'send' | 'skip'>(Object.values(metrics).map(({ name, zeros }) => [name, zeros]))

/** What the endpoint received, held against what the exporter says it sent. */
export interface Summary {
  /** Distinct metric names, and of them those of PostgreSQL. */
  readonly metrics: number
  readonly postgresqlMetrics: number
  readonly series: number
  readonly dataPoints: number
  readonly logRecords: number
  /** Log records by event. */
  readonly events: Readonly<Record<string, number>>
  readonly requests: number
  /** On the wire, compressed. */
  readonly bytes: number
  readonly decodedBytes: number
  /** Of PostgreSQL's counters: times that no increment speaks for, and times that two speak for. */
  readonly gaps: number
  readonly doubles: number
  /** The metrics of the latter. */
  readonly doubled: readonly string[]
  /** Requests that were refused, broken rules of New Relic's, points and records that were lost on the way. */
  readonly errors: readonly string[]
  readonly account: Account
}

/** @param before how many of the requests an earlier demo received; the account is this one's */
export function summarize(received: Received, account: Account, before: number): Summary {
  const names = new Set(received.series().map(({ metric }) => metric))
  const requests = received.requests()
  const sum = (of: (request: (typeof requests)[number]) => number) =>
    requests.reduce((total, one) => total + of(one), 0)
  const dataPoints = sum(({ points }) => points)
  const arrived = requests.slice(before).reduce((total, { points, logs }) => total + points + logs, 0)
  const gaps = gapsOf(received.points())
  const overlaps = received.overlaps()
  const errors = [
    ...requests
      .filter(({ status }) => status !== 200)
      .map(({ path, status, refusal }) => `${path}: ${status} ${refusal}`),
    ...received.violations().map(({ rule, detail }) => `${rule}: ${detail}`),
    ...Object.entries(account.dropped).map(([reason, points]) => `${points} points or records dropped: ${reason}`),
    ...(arrived === account.sent ? [] : [`${account.sent} points and records sent, ${arrived} arrived`]),
    ...[...Map.groupBy(gaps, ({ metric }) => metric)].map(
      ([metric, points]) => `${points.length} times no increment of ${metric} speaks for the time since the one before`,
    ),
    ...(account.queued === 0 ? [] : [`${account.queued} points or records still queued`]),
  ]
  return {
    metrics: names.size,
    postgresqlMetrics: [...names].filter((name) => name.startsWith('postgresql.')).length,
    series: received.series().length,
    dataPoints,
    logRecords: sum(({ logs }) => logs),
    events: Object.fromEntries(received.eventCounts()),
    requests: requests.length,
    bytes: sum(({ wireBytes }) => wireBytes),
    decodedBytes: sum(({ decodedBytes }) => decodedBytes),
    gaps: gaps.length,
    doubles: overlaps.length,
    doubled: [...new Set(overlaps.map(({ first }) => first.metric))],
    errors,
    account,
  }
}

/** Where zeros are sent too, each window begins where the one before ended; these don't. */
function gapsOf(points: readonly ReceivedPoint[]): readonly ReceivedPoint[] {
  const counted = points.filter(({ metric, temporality }) => temporality === 'delta' && zerosOf.get(metric) === 'send')
  return [...Map.groupBy(counted, seriesKey).values()].flatMap((series) => {
    const inOrder = series.toSorted((a, b) => (a.startNs < b.startNs ? -1 : 1))
    return inOrder.filter(({ startNs }, at) => at > 0 && startNs > (inOrder[at - 1]?.timeNs ?? 0n))
  })
}

export function renderSummary(summary: Summary): string {
  const {
    metrics: names,
    postgresqlMetrics,
    series,
    dataPoints,
    logRecords,
    events,
    requests,
    bytes,
    decodedBytes,
    gaps,
    doubles,
    doubled,
    errors,
  } = summary
  const count = (value: number) => value.toLocaleString('en-US')
  const byEvent = Object.entries(events).map(([event, records]) => `${count(records)} ${event}`)
  return [
    'Delivered to the stand-in for New Relic:',
    `  metrics      ${count(names)} (${count(postgresqlMetrics)} of them postgresql.*), ${count(series)} series`,
    `  data points  ${count(dataPoints)}`,
    `  log records  ${[count(logRecords), ...byEvent].join(', ')}`,
    `  requests     ${count(requests)}, ${count(bytes)} bytes compressed, ${count(decodedBytes)} serialized`,
    `  counters     ${gaps} gaps, ${doubles} counted twice${doubled.length === 0 ? '' : `: ${doubled.join(', ')}`}`,
    `  errors       ${errors.length === 0 ? 'none' : count(errors.length)}`,
    ...errors.slice(0, 20).map((error) => `    ${error}`),
    '',
  ].join('\n')
}
