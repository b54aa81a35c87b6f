import { join } from 'node:path'
import pg from 'pg'
import { describe, expect, test } from 'vitest'
import type { Cluster } from '../../src/demo/embedded-postgres/cluster.ts'
import { decompress } from '../../src/demo/endpoint/decode-request.ts'
import type { Endpoint } from '../../src/demo/endpoint/endpoint.ts'
import { folderWith, start } from '../cli/otelephant.ts'
import { licenseKey } from '../cli/secrets.ts'
import { endpointOf } from '../cli/watched.ts'
import { type CorpusStatement, corpus } from '../sql-text/corpus.ts'
import { oneMajor, usePostgres } from '../support/postgres.ts'

/** What a client calls itself is told, so that isn't a secret. */
const statements = corpus.filter(({ sql }) => !sql.startsWith('SET application_name'))

/** Sessions that stand in a transaction at once, each on the statement that it ran or that failed. */
const sessionsAtOnce = 60

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
  newrelic: {endpoint: "${endpoint.url}", api_key: ${licenseKey}}
service:
  pipelines:
    metrics: {receivers: [postgresql], exporters: [newrelic]}
    logs: {receivers: [postgresql], exporters: [newrelic]}
  telemetry: {logs: {level: debug}}
`
}

/** Runs statements as an application would, whatever becomes of them. */
async function run(cluster: Cluster, database: string, all: readonly CorpusStatement[]): Promise<void> {
  for (const { sql } of all) {
    await using session = await sessionOf(cluster, database)
    await session.attempt(sql)
  }
}

async function sessionOf(cluster: Cluster, database: string) {
  const { host, port } = cluster
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

/** Everything that was sent, decompressed; the server's own ids of statements, which are random digits, taken out. */
function sent(bodies: readonly Buffer[], endpoint: Endpoint): string {
  const ids = endpoint.received
    .logs()
    .flatMap(({ attributes }) => [attributes['postgresql.queryid'], attributes['postgresql.query_id']])
    .filter((id) => typeof id === 'string')
  const text = bodies.map((body) => body.toString('utf8')).join('\n')
  return [...new Set(ids)].reduce((rest, id) => rest.replaceAll(id, ''), text)
}

/** The statements of which something is in this text. */
function leaking(text: string): readonly string[] {
  return statements.filter(({ sql }) => valuesOf(sql).some((value) => text.includes(value))).map(({ name }) => name)
}

function valuesOf(sql: string): readonly string[] {
  return [...new Set(sql.match(/4711\d{4}/g) ?? [])]
}

describe.each(oneMajor)('PostgreSQL %i', (major) => {
  const postgres = usePostgres(major, { settings: { 'pg_stat_statements.track': 'all', max_connections: '200' } })

  test('no value of any statement leaves the process', async ({ signal }) => {
    const { cluster, database } = await postgres()
    await cluster.query('CREATE ROLE app LOGIN')
    await cluster.query(`GRANT ALL ON DATABASE ${database} TO app; GRANT ALL ON SCHEMA public TO app`, database)
    if (major >= 14) await cluster.query('GRANT pg_read_all_data TO monitor')
    const bodies: Buffer[] = []
    const endpoint = await endpointOf(({ headers, body }) => {
      bodies.push(decompress(body, String(headers['content-encoding'] ?? '')) ?? body)
      return undefined
    })
    // Statements that are there already are named at first sight.
    await run(cluster, database, statements)
    const folder = await folderWith({ 'config.yaml': configuration(cluster, endpoint) })
    const collector = start(['run', '--config', join(folder, 'config.yaml')])
    const events = (event: string) => endpoint.received.logs({ event })

    await endpoint.waitFor(
      (received) => received.points({ metric: 'postgresql.statements.text.size' }).length > 1,
      signal,
    )
    await run(cluster, database, statements)
    await endpoint.waitFor(() => new Set(events('db.server.top_query').map(hashOf)).size > 40, signal)

    // Statements that fail are in no statistics, but a session shows its last one.
    for (let from = 0; from < statements.length; from += sessionsAtOnce) {
      await using stack = new AsyncDisposableStack()
      for (const { sql } of statements.slice(from, from + sessionsAtOnce)) {
        const session = stack.use(await sessionOf(cluster, database))
        await session.attempt('BEGIN')
        await session.attempt(sql)
      }
      const open = await cluster.query(
        "SELECT pid FROM pg_stat_activity WHERE usename = 'app' AND state LIKE 'idle in transaction%'",
      )
      expect(open.length).toBeGreaterThan(10)
      const isTold = ({ pid }: Readonly<Record<string, unknown>>) =>
        events('postgresql.long_running').some(({ attributes }) => attributes['postgresql.pid'] === BigInt(Number(pid)))
      await endpoint.waitFor(() => open.every(isTold), signal)
    }

    collector.kill('SIGTERM')
    const { stdout, stderr } = await collector.ended
    expect(leaking(sent(bodies, endpoint))).toEqual([])
    expect(leaking(stdout + stderr)).toEqual([])
    expect(endpoint.received.violations()).toEqual([])
    expect(events('db.server.top_query').length).toBeGreaterThan(40)
    if (major >= 14) expect(events('db.server.query_plan').length).toBeGreaterThan(3)
  }, 90_000)
})

function hashOf({ attributes }: { readonly attributes: Readonly<Record<string, unknown>> }): unknown {
  return attributes['query.hash']
}
