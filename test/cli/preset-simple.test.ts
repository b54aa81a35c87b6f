import { hostname } from 'node:os'
import { expect, test } from 'vitest'
import { start } from './support/otelephant.ts'
import { licenseKey } from './support/secrets.ts'
import { endpointOf, useWatched } from './support/watched.ts'

const watched = useWatched()

test('the preset `simple` sends its four metrics and `postgresql.up`, and nothing else, from two variables', async () => {
  const { cluster, database } = await watched()
  await using client = await cluster.connect(database)
  const slow = 'SELECT pg_sleep(0.12)'
  await client.query(slow)
  const endpoint = await endpointOf()
  const sets = [
    'receivers.postgresql.preset=simple',
    // For the test: somewhere else, and sooner.
    `exporters.newrelic.endpoint=${endpoint.url}`,
    'receivers.postgresql.collection_interval=1s',
    'service.telemetry.logs.level=debug',
  ]
  const otelephant = start(['run', '--once', ...sets.flatMap((set) => ['--set', set])], {
    env: { DATABASE_URL: cluster.connectionString('postgres', 'monitor'), NEW_RELIC_LICENSE_KEY: licenseKey },
  })
  await otelephant.logged('Scraped.', { scraper: 'server' })
  for (let call = 0; call < 3; call += 1) await client.query(slow)
  const { code, stderr } = await otelephant.ended
  expect(code, stderr).toBe(0)

  const points = endpoint.received.points()
  expect([...new Set(points.map(({ metric }) => metric))].sort()).toEqual([
    'db.connections.active',
    'db.connections.idle',
    'db.query.count',
    'db.query.duration',
    'postgresql.up',
  ])
  // Of every point: the host that it was sent from, and what it is about.
  for (const { resource } of points)
    expect(resource).toMatchObject({ 'db.system': 'postgresql', 'host.name': hostname() })
  const statement = {
    'db.name': database,
    'db.operation': 'SELECT',
    'query.hash': expect.stringMatching(/^[0-9a-f]{16}$/),
  }
  expect(points.filter(({ metric }) => metric === 'db.query.count')).toMatchObject([
    { value: 3n, attributes: statement, temporality: 'delta' },
  ])
  const [duration, ...more] = points.filter(({ metric }) => metric === 'db.query.duration')
  expect(more).toEqual([])
  expect(duration).toMatchObject({ kind: 'gauge', unit: 'ms', attributes: statement })
  expect(Number(duration?.value)).toBeGreaterThan(120)
  expect(Number(duration?.value)).toBeLessThan(1_000)
  const idle = points.filter(
    ({ metric, attributes }) => metric === 'db.connections.idle' && attributes['db.name'] === database,
  )
  expect(idle.map(({ value }) => value)).toContain(1n)
  expect(endpoint.received.logs()).toEqual([])
  expect(endpoint.received.violations()).toEqual([])
})
