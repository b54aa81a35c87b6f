import { expect, test } from 'vitest'
import { folderWith, run } from './support/otelephant.ts'
import { licenseKey } from './support/secrets.ts'
import { endpointOf, useWatched } from './support/watched.ts'

const watched = useWatched()

test('with cumulative sums every counter starts before its point, at the same moment in both scrapes', async () => {
  const { cluster, database } = await watched()
  const endpoint = await endpointOf()
  const yaml = `receivers:
  internal: {collection_interval: 1s}
  postgresql:
    endpoint: ${cluster.host}:${cluster.port}
    username: monitor
    databases: [${database}]
    collection_interval: 1s
exporters:
  otlp_http: {endpoint: "${endpoint.url}", headers: {api-key: ${licenseKey}}}
service: {pipelines: {metrics: {receivers: [postgresql, internal], exporters: [otlp_http]}}}
`
  await cluster.query('CREATE TABLE orders AS SELECT 7 AS id; SELECT * FROM orders', database)
  const cwd = await folderWith({ 'otelephant.yaml': yaml })
  const { code, stderr } = await run(['run', '--once', '-c', 'otelephant.yaml'], { cwd })
  expect(code, stderr).toBe(0)
  const counters = endpoint.received.points().filter(({ monotonic }) => monotonic)
  const names = new Set(counters.map(({ metric }) => metric))
  const some = ['postgresql.commits', 'postgresql.operations', 'otelcol_exporter_sent_metric_points']
  expect(some.filter((name) => !names.has(name))).toEqual([])
  expect(new Set(counters.map(({ temporality }) => temporality))).toEqual(new Set(['cumulative']))
  expect(counters.filter(({ startNs, timeNs }) => startNs >= timeNs)).toEqual([])
  const starts = Map.groupBy(counters, ({ metric, attributes }) => `${metric} ${show(attributes)}`)
  for (const [series, points] of starts) expect(new Set(points.map(({ startNs }) => startNs)).size, series).toBe(1)
  expect([...starts.values()].some((points) => points.length === 2)).toBe(true)
})

function show(attributes: object): string {
  return Object.entries(attributes)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join()
}
