import { onTestFinished } from 'vitest'
import type { Cluster } from '../../../src/demo/embedded-postgres/cluster.ts'
import { type Endpoint, type Respond, startEndpoint } from '../../../src/demo/endpoint/endpoint.ts'
import { type SharedPostgres, usePostgres } from '../../support/postgres.ts'
import { licenseKey, password } from './secrets.ts'

/** A server that trusts `monitor` and asks `secretive` for a password. */
export function useWatched(settings: Readonly<Record<string, string>> = {}): () => Promise<SharedPostgres> {
  const hba = ['host all secretive 127.0.0.1/32 scram-sha-256', 'host all all 127.0.0.1/32 trust']
  const postgres = usePostgres(18, { hba, settings })
  let prepared: Promise<SharedPostgres> | undefined
  return () => {
    prepared ??= postgres().then(async (shared) => {
      await shared.cluster.query(`CREATE ROLE secretive LOGIN PASSWORD '${password}' IN ROLE pg_monitor`)
      return shared
    })
    return prepared
  }
}

/** New Relic's stand-in, closed after the test. */
export async function endpointOf(respond?: Respond, apiKey = licenseKey): Promise<Endpoint> {
  const endpoint = await startEndpoint({ apiKey, ...(respond === undefined ? {} : { respond }) })
  onTestFinished(() => endpoint[Symbol.asyncDispose]())
  return endpoint
}

export interface ConfigurationParts {
  readonly cluster: Pick<Cluster, 'host' | 'port'>
  readonly endpoint: Pick<Endpoint, 'url'>
  readonly interval?: string
  /** More keys of the receiver, each on a line of its own. */
  readonly receiver?: readonly string[]
  /** More receivers, as YAML flow: `internal: {}`. */
  readonly receivers?: Readonly<Record<string, string>>
}

/** A configuration as a user would write it, with short intervals and pauses. */
export function configuration(parts: ConfigurationParts): string {
  const { cluster, endpoint, interval = '1s', receiver = [], receivers = {} } = parts
  return `receivers:
  postgresql:
    endpoint: ${cluster.host}:${cluster.port}
    username: monitor
    collection_interval: ${interval}
    initial_delay: 0s
${receiver.map((line) => `    ${line}\n`).join('')}${Object.entries(receivers)
  .map(([id, config]) => `  ${id}: ${config}\n`)
  .join('')}exporters:
  newrelic:
    endpoint: ${endpoint.url}
    api_key: ${licenseKey}
    retry_on_failure: {initial_interval: 200ms, max_interval: 500ms}
service:
  pipelines:
    metrics: {receivers: [${['postgresql', ...Object.keys(receivers)].join(', ')}], exporters: [newrelic]}
`
}
