import { expect, onTestFinished, test } from 'vitest'
import type { Cluster } from '../../src/demo/embedded-postgres/cluster.ts'
import { type LogLine, type Otelephant, start } from './support/otelephant.ts'
import { licenseKey, password } from './support/secrets.ts'
import { endpointOf, useWatched } from './support/watched.ts'

const watched = useWatched()

/** Started from nothing but the environment, as a first try is. */
function once(databaseUrl: string, endpointUrl: string, database = 'postgres'): Otelephant {
  const sets = [
    // One is enough here: a visit to each takes a second or two.
    `receivers.postgresql.databases=[${database}]`,
    `exporters.newrelic.endpoint=${endpointUrl}`,
    'receivers.postgresql.collection_interval=1s',
    'service.telemetry.logs.level=debug',
  ]
  return start(['run', '--once', ...sets.flatMap((set) => ['--set', set])], {
    env: { DATABASE_URL: databaseUrl, NEW_RELIC_LICENSE_KEY: licenseKey },
  })
}

function total(counts: unknown): number {
  return Object.values(Object(counts)).reduce((sum: number, count) => sum + Number(count), 0)
}

function balance({ consumed, sent, queued, dropped, absorbed }: LogLine) {
  return { consumed, accounted: Number(sent) + Number(queued) + total(dropped) + total(absorbed) }
}

test('two variables are enough: two scrapes are delivered, every point accounted for, exit code 0', async () => {
  const { cluster, database } = await watched()
  const endpoint = await endpointOf()
  const otelephant = once(cluster.connectionString('postgres', 'secretive', password), endpoint.url, database)
  await otelephant.logged('Scraped.', { scraper: 'server' })
  for (let rollback = 0; rollback < 7; rollback += 1) await cluster.query('BEGIN; ROLLBACK', database)
  const { code, stdout, stderr } = await otelephant.ended
  expect({ code, stdout }, stderr).toEqual({ code: 0, stdout: '' })
  expect(otelephant.lines.at(-1)).toMatchObject({ level: 'info', msg: 'Everything was collected and delivered.' })
  const delivered = await otelephant.logged('Delivered.')
  const { consumed, accounted } = balance(delivered)
  expect(accounted).toBe(consumed)
  expect(delivered).toMatchObject({ exporter: 'newrelic', queued: 0, dropped: {} })
  expect(delivered['sent']).toBe(endpoint.received.points().length)
  // A counter needs both scrapes: what lies between them is all that arrives.
  const rollbacks = { metric: 'postgresql.rollbacks', attributes: { 'db.namespace': database } }
  expect(endpoint.received.points(rollbacks)).toMatchObject([{ value: 7n, temporality: 'delta' }])
  expect(endpoint.received.violations()).toEqual([])
})

interface Failure {
  readonly name: string
  readonly url: (cluster: Cluster) => string
  readonly reason: RegExp
}

const failures: readonly Failure[] = [
  {
    name: 'nobody listens',
    url: () => 'postgresql://monitor@127.0.0.1:1/postgres',
    reason: /^postgresql: nothing could be read: can't connect to 127\.0\.0\.1:1, .*ECONNREFUSED/,
  },
  {
    name: 'a wrong password',
    url: (cluster) => cluster.connectionString('postgres', 'secretive', `${password}x`),
    reason: /password authentication failed for user "secretive"/,
  },
  {
    name: 'a password that the server asks for and nobody gave',
    url: (cluster) => cluster.connectionString('postgres', 'secretive'),
    reason: /the server asks for a password and the configuration gives none; set `password`/,
  },
  {
    name: 'a database that does not exist',
    url: (cluster) => cluster.connectionString('nowhere', 'monitor'),
    reason: /database "nowhere" does not exist/,
  },
  {
    name: 'a role that does not exist',
    url: (cluster) => cluster.connectionString('postgres', 'nobody_knows'),
    reason: /role "nobody_knows" does not exist/,
  },
  {
    name: 'TLS that the server does not speak',
    url: (cluster) => `${cluster.connectionString('postgres', 'monitor')}?sslmode=require`,
    reason: /The server does not support SSL connections/,
  },
]

for (const { name, url, reason } of failures) {
  test(`${name}: says why once and exits with 1`, async () => {
    const { cluster } = await watched()
    const otelephant = once(url(cluster), (await endpointOf()).url)
    const { code, stdout } = await otelephant.ended
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    const line = otelephant.lines.at(-1)
    expect(line).toMatchObject({ level: 'error', msg: 'Not everything was collected and delivered.' })
    expect(line?.['reasons']).toEqual([expect.stringMatching(reason)])
  })
}

test('what the endpoint refuses for good is lost: says how many points and exits with 1', async () => {
  const { cluster } = await watched()
  const endpoint = await endpointOf(() => ({ status: 400, body: 'no such thing' }))
  const otelephant = once(cluster.connectionString('postgres', 'monitor'), endpoint.url)
  expect((await otelephant.ended).code).toBe(1)
  expect(await otelephant.logged('refused a request for good')).toMatchObject({ error: 'HTTP 400: no such thing' })
  const lost = await otelephant.logged('Points were lost.')
  const { consumed, accounted } = balance(lost)
  expect(accounted).toBe(consumed)
  const reasons = [`exporters/newrelic: ${total(lost['dropped'])} points are lost`]
  expect(otelephant.lines.at(-1)).toMatchObject({ level: 'error', reasons })
})

test('a query that fails: the rest is delivered, the last line says which failed, exit code 1', async () => {
  const { cluster, database } = await watched()
  // A view that everybody may read, and that fails.
  await cluster.query(
    `SET allow_system_table_mods = on;
     ALTER VIEW pg_catalog.pg_stat_io RENAME TO pg_whole_io;
     CREATE VIEW pg_catalog.pg_stat_io AS
       SELECT q.* FROM pg_catalog.pg_whole_io AS q WHERE 1 / (length(q.object) - length(q.object)) = 0;
     GRANT SELECT ON pg_catalog.pg_stat_io TO PUBLIC`,
  )
  onTestFinished(async () => {
    await cluster.query(
      `SET allow_system_table_mods = on;
       DROP VIEW pg_catalog.pg_stat_io;
       ALTER VIEW pg_catalog.pg_whole_io RENAME TO pg_stat_io`,
    )
  })
  const endpoint = await endpointOf()
  const otelephant = once(cluster.connectionString('postgres', 'monitor'), endpoint.url, database)
  const { code, stderr } = await otelephant.ended
  expect(code, stderr).toBe(1)
  expect(await otelephant.logged('Delivered.')).toMatchObject({ queued: 0, dropped: {} })
  expect(endpoint.received.points({ metric: 'postgresql.connection.max' })).toHaveLength(2)
  expect(otelephant.lines.at(-1)).toMatchObject({
    level: 'error',
    msg: 'Not everything was collected and delivered.',
    reasons: [expect.stringMatching(/^postgresql: io: division by zero/)],
  })
})

test('a role without pg_monitor: the last line sums up what is not collected, with the GRANT; exit code 0', async () => {
  const { cluster, database } = await watched()
  await cluster.query('CREATE ROLE plain LOGIN')
  const otelephant = once(cluster.connectionString('postgres', 'plain'), (await endpointOf()).url, database)
  const { code, stderr } = await otelephant.ended
  expect(code, stderr).toBe(0)
  const last = otelephant.lines.at(-1)
  expect(last).toMatchObject({
    level: 'warn',
    msg: 'All that could be collected was delivered; not all could be.',
    not_collected: ['23 metrics: needs the rights of pg_read_all_stats: GRANT pg_read_all_stats TO plain'],
  })
  // Each of them has been told before, with the names.
  const warned = otelephant.lines.filter(({ msg }) => msg.startsWith('Not collected: '))
  expect(warned.length).toBeGreaterThan(0)
})

test('a signal ends it early: says so and exits with 1', async () => {
  const { cluster } = await watched()
  const otelephant = once(cluster.connectionString('postgres', 'monitor'), (await endpointOf()).url)
  await otelephant.logged('Watching the server.')
  otelephant.kill('SIGTERM')
  expect(await otelephant.ended).toMatchObject({ code: 1, signal: null })
  expect(await otelephant.logged('Not everything')).toMatchObject({ reasons: ['stopped by SIGTERM'] })
})
