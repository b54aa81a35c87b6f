import type { Account } from '../component/exporter.ts'
import type { Received } from './endpoint/received.ts'

/** What the endpoint received, held against what the exporter says it sent. */
export interface Summary {
  /** Distinct metric names, and of them those of PostgreSQL. */
  readonly metrics: number
  readonly postgresqlMetrics: number
  readonly series: number
  readonly dataPoints: number
  readonly requests: number
  /** On the wire, compressed. */
  readonly bytes: number
  readonly decodedBytes: number
  /** Requests that were refused, broken rules of New Relic's, points that were lost on the way. */
  readonly errors: readonly string[]
  readonly account: Account
}

export function summarize(received: Received, account: Account): Summary {
  const names = new Set(received.series().map(({ metric }) => metric))
  const requests = received.requests()
  const sum = (of: (request: (typeof requests)[number]) => number) =>
    requests.reduce((total, one) => total + of(one), 0)
  const dataPoints = sum(({ points }) => points)
  const errors = [
    ...requests
      .filter(({ status }) => status !== 200)
      .map(({ path, status, refusal }) => `${path}: ${status} ${refusal}`),
    ...received.violations().map(({ rule, detail }) => `${rule}: ${detail}`),
    ...Object.entries(account.dropped).map(([reason, points]) => `${points} points dropped: ${reason}`),
    ...(dataPoints === account.sent ? [] : [`${account.sent} points sent, ${dataPoints} arrived`]),
    ...(account.queued === 0 ? [] : [`${account.queued} points still queued`]),
  ]
  return {
    metrics: names.size,
    postgresqlMetrics: [...names].filter((name) => name.startsWith('postgresql.')).length,
    series: received.series().length,
    dataPoints,
    requests: requests.length,
    bytes: sum(({ wireBytes }) => wireBytes),
    decodedBytes: sum(({ decodedBytes }) => decodedBytes),
    errors,
    account,
  }
}

export function renderSummary(summary: Summary): string {
  const { metrics, postgresqlMetrics, series, dataPoints, requests, bytes, decodedBytes, errors } = summary
  const count = (value: number) => value.toLocaleString('en-US')
  return [
    'Delivered to the stand-in for New Relic:',
    `  metrics      ${count(metrics)} (${count(postgresqlMetrics)} of them postgresql.*), ${count(series)} series`,
    `  data points  ${count(dataPoints)}`,
    `  requests     ${count(requests)}, ${count(bytes)} bytes compressed, ${count(decodedBytes)} serialized`,
    `  errors       ${errors.length === 0 ? 'none' : count(errors.length)}`,
    ...errors.slice(0, 20).map((error) => `    ${error}`),
    '',
  ].join('\n')
}
