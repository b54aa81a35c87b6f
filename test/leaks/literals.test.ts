import { describe, expect, test } from 'vitest'
import type { Cluster } from '../../src/demo/embedded-postgres/cluster.ts'
import type { Endpoint } from '../../src/demo/endpoint/endpoint.ts'
import { type CorpusStatement, corpus } from '../sql-text/support/corpus.ts'
import { endMajors, usePostgres } from '../support/postgres.ts'
import { connectionOf, startTellingCollector } from './support/telling-collector.ts'

/** What a client calls itself is told, so that isn't a secret. */
const statements = corpus.filter(({ sql }) => !sql.startsWith('SET application_name'))

/** Sessions that stand in a transaction at once, each on the statement that it ran or that failed. */
const sessionsAtOnce = 60

/** Runs statements as an application would, whatever becomes of them. */
async function run(cluster: Cluster, database: string, all: readonly CorpusStatement[]): Promise<void> {
  for (const { sql } of all) {
    await using connection = await connectionOf(cluster, database)
    await connection.attempt(sql)
  }
}

/** Everything that was sent; the server's own ids of statements, which are random digits, taken out. */
function sentOf(text: string, endpoint: Endpoint): string {
  const ids = endpoint.received
    .logs()
    .flatMap(({ attributes }) => [attributes['postgresql.queryid'], attributes['postgresql.query_id']])
    .filter((id) => typeof id === 'string' && id !== '')
    .map(String)
  return [...new Set(ids)].reduce((rest, id) => rest.replaceAll(id, ''), text)
}

/** The statements of which something is in this text. */
function leaking(text: string): readonly string[] {
  return statements.filter(({ sql }) => valuesOf(sql).some((value) => text.includes(value))).map(({ name }) => name)
}

function valuesOf(sql: string): readonly string[] {
  return [...new Set(sql.match(/4711\d{4}/g) ?? [])]
}

describe.each(endMajors)('PostgreSQL %i', (major) => {
  const postgres = usePostgres(major, { settings: { 'pg_stat_statements.track': 'all', max_connections: '200' } })

  test('no value of any statement leaves the process', async ({ signal }) => {
    const { cluster, database } = await postgres()
    await cluster.query('CREATE ROLE app LOGIN')
    await cluster.query(`GRANT ALL ON DATABASE ${database} TO app; GRANT ALL ON SCHEMA public TO app`, database)
    if (major >= 14) await cluster.query('GRANT pg_read_all_data TO monitor')
    // Statements that are there already are named at first sight.
    await run(cluster, database, statements)
    const { endpoint, collector, sent } = await startTellingCollector(cluster)
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
        const connection = stack.use(await connectionOf(cluster, database))
        await connection.attempt('BEGIN')
        await connection.attempt(sql)
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
    expect(leaking(sentOf(sent(), endpoint))).toEqual([])
    expect(leaking(stdout + stderr)).toEqual([])
    expect(endpoint.received.violations()).toEqual([])
    expect(events('db.server.top_query').length).toBeGreaterThan(40)
    if (major >= 14) expect(events('db.server.query_plan').length).toBeGreaterThan(3)
  }, 90_000)
})

function hashOf({ attributes }: { readonly attributes: Readonly<Record<string, unknown>> }): unknown {
  return attributes['query.hash']
}
