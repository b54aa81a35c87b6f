import { join } from 'node:path'
import pg from 'pg'
import type { Cluster } from '../../../src/demo/embedded-postgres/cluster.ts'
import { decompress } from '../../../src/demo/endpoint/decode-request.ts'
import type { Endpoint } from '../../../src/demo/endpoint/endpoint.ts'
import { folderWith, start } from '../../cli/support/otelephant.ts'
import { licenseKey } from '../../cli/support/secrets.ts'
import { endpointOf } from '../../cli/support/watched.ts'

/** The configuration that says most: every event, every plan, every log line. */
function configuration(cluster: Cluster, endpoint: Endpoint): string {
  const events = ['db.server.query_plan', 'db.server.query_sample', 'db.server.top_query']
  return `receivers:
  postgresql:
    endpoint: ${cluster.host}:${cluster.port}
    username: monitor
    collection_interval: 1s
    initial_delay: 0s
    intervals: {statement: 1s}
    limits: {statement: 2000}
    top_query_collection: {top_n_query: 1000}
    long_running: {transaction: 100ms, idle_in_transaction: 100ms, statement: 100ms}
    plans: {enabled: true, max_per_interval: 20}
    events: {${events.map((name) => `${name}: {enabled: true}`).join(', ')}}
exporters:
  newrelic: {endpoint: "${endpoint.url}", api_key: ${licenseKey}, sending_queue: {storage: queue}}
service:
  pipelines:
    metrics: {receivers: [postgresql], exporters: [newrelic]}
    logs: {receivers: [postgresql], exporters: [newrelic]}
  telemetry: {logs: {level: debug}}
`
}

/** A collector that tells all that it can of a server, to an endpoint that keeps what it is told. */
export async function startTellingCollector(cluster: Cluster) {
  const bodies: Buffer[] = []
  const endpoint = await endpointOf(({ headers, body }) => {
    bodies.push(decompress(body, String(headers['content-encoding'] ?? '')) ?? body)
    return undefined
  })
  const folder = await folderWith({ 'config.yaml': configuration(cluster, endpoint) })
  const collector = start(['run', '--config', join(folder, 'config.yaml')], { cwd: folder })
  return {
    endpoint,
    collector,
    /** Of its queue. */
    folder: join(folder, 'queue'),
    /** Everything that was sent, decompressed. */
    sent: () => bodies.map((body) => body.toString('utf8')).join('\n'),
  }
}

/** A session of an application, whose statements may fail. */
export async function connectionOf({ host, port }: Cluster, database: string) {
  const client = new pg.Client({ host, port, database, user: 'app', options: '-c statement_timeout=300' })
  client.on('error', () => {})
  await client.connect()
  return {
    attempt: async (sql: string) => {
      await client.query(sql).catch(() => undefined)
    },
    [Symbol.asyncDispose]: () => client.end(),
  }
}
