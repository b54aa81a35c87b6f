import { eventDefaults, metricDefaults, queryIntervals } from '../../generated/postgresql/config.ts'
import type { Cluster } from './embedded-postgres/cluster.ts'

/** A key of the right form; the demo's endpoint knows no other. */
export const demoKey = 'de3000000000000000000000000000000000NRAL'

const intervalSeconds = 2

/** The configuration that a user would write for this server, with everything switched on and looked at often. */
export function demoConfig(cluster: Cluster, endpointUrl: string, queue?: string): string {
  const intervals = Object.entries(queryIntervals).filter(([, ms]) => ms !== undefined)
  return `receivers:
  postgresql:
    endpoint: ${cluster.host}:${cluster.port}
    username: otelephant
    collection_interval: ${intervalSeconds}s
    initial_delay: 0s
    instance: demo
    intervals: {${intervals.map(([name]) => `${name}: ${2 * intervalSeconds}s`).join(', ')}}
    long_running: {transaction: 5s, idle_in_transaction: 3s, statement: 900ms}
    events: {${Object.keys(eventDefaults)
      .map((name) => `${name}: {enabled: true}`)
      .join(', ')}}
    metrics:
${Object.keys(metricDefaults)
  .map((name) => `      ${name}: {enabled: true}`)
  .join('\n')}
  internal:
    collection_interval: ${intervalSeconds}s
exporters:
  newrelic:
    endpoint: ${endpointUrl}
    api_key: ${demoKey}${queue === undefined ? '' : `\n    sending_queue: {storage: ${JSON.stringify(queue)}}`}
service:
  pipelines:
    metrics: {receivers: [postgresql, internal], exporters: [newrelic]}
    logs: {receivers: [postgresql], exporters: [newrelic]}
`
}
