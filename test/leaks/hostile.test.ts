import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { loadModule } from 'libpg-query'
import { describe, expect, test } from 'vitest'
import type { Cluster } from '../../src/demo/embedded-postgres/cluster.ts'
import { type HostileStatement, hostileCorpus } from '../sql-text/support/hostile-corpus.ts'
import { ordinaryStatements } from '../sql-text/support/ordinary-statements.ts'
import { takesSecretForName } from '../sql-text/support/secret-names.ts'
import { endMajors, usePostgres } from '../support/postgres.ts'
import { connectionOf, startTellingCollector } from './support/telling-collector.ts'

/** The least that leaves room for most statements, so that others are cut. */
const activityBytes = 128
/** Of a secret that is cut, so much is shown by the server. */
const shownDigits = 5
const sessionsAtOnce = 90
const queries = /^(?:\(|select|insert|update|delete|merge|values|table|with)/i

/** The statement behind a comment that is so long that the server cuts it within its secret; as it is where it is too long. */
function cutWithin({ sql, secret }: HostileStatement): string {
  const before = Buffer.byteLength(sql.slice(0, sql.indexOf(secret))) + shownDigits
  return `/*${'x'.repeat(Math.max(0, activityBytes - 1 - before - 5))}*/ ${sql}`
}

/** Runs statements, each in a session of its own, some at a time. */
async function run(cluster: Cluster, database: string, statements: readonly string[]): Promise<void> {
  const rest = statements.values()
  const worker = async () => {
    for (const sql of rest) {
      await using connection = await connectionOf(cluster, database)
      await connection.attempt(sql)
    }
  }
  await Promise.all(Array.from({ length: 8 }, worker))
}

describe.each(endMajors)('PostgreSQL %i', (major) => {
  const postgres = usePostgres(major, {
    settings: {
      'pg_stat_statements.track': 'all',
      'pg_stat_statements.track_utility': 'on',
      max_connections: '200',
      track_activity_query_size: String(activityBytes),
    },
  })

  test('no secret leaves the process, whole or cut, and no id of a statement that could tell one', async ({
    signal,
  }) => {
    const { cluster, database } = await postgres()
    await cluster.query('CREATE ROLE app LOGIN CREATEROLE CREATEDB')
    await cluster.query(`GRANT ALL ON DATABASE ${database} TO app; GRANT ALL ON SCHEMA public TO app`, database)
    await cluster.query('CREATE TABLE t (a text, b text, c text); GRANT ALL ON t TO app', database)
    const all = [...hostileCorpus.map(({ sql }) => sql), ...ordinaryStatements]
    await run(cluster, database, all)
    const { endpoint, collector, folder, sent } = await startTellingCollector(cluster)
    const events = (event: string) => endpoint.received.logs({ event })
    await endpoint.waitFor(
      (received) => received.points({ metric: 'postgresql.statements.text.size' }).length > 1,
      signal,
    )
    await run(cluster, database, all)
    await endpoint.waitFor(() => events('db.server.top_query').length > 40, signal)

    await loadModule()
    const cut = hostileCorpus.map(cutWithin).filter((sql) => !takesSecretForName(sql.slice(0, activityBytes - 1)))
    const shown = [...hostileCorpus.map(({ sql }) => sql), ...cut]
    for (let from = 0; from < shown.length; from += sessionsAtOnce) {
      await using stack = new AsyncDisposableStack()
      for (const sql of shown.slice(from, from + sessionsAtOnce)) {
        const connection = stack.use(await connectionOf(cluster, database))
        await connection.attempt('BEGIN')
        await connection.attempt(sql)
      }
      const open = await cluster.query(
        "SELECT pid FROM pg_stat_activity WHERE usename = 'app' AND state LIKE 'idle in transaction%'",
      )
      expect(open.length).toBeGreaterThan(20)
      const told = () =>
        new Set(events('postgresql.long_running').map(({ attributes }) => attributes['postgresql.pid']))
      await endpoint.waitFor(() => open.every(({ pid }) => told().has(BigInt(Number(pid)))), signal)
    }

    // Before the server counts ids of its own for what the test asks it. The collector's PREPARE of a query may have its id.
    const utilities = await cluster.query(
      `SELECT s.queryid::text AS id FROM pg_stat_statements AS s
        WHERE s.query !~ 'otelephant' AND (s.query !~* '${queries.source}' OR s.query ~* '^select .*\\minto\\M')`,
    )
    collector.kill('SIGTERM')
    const { stdout, stderr } = await collector.ended
    const everything = sent() + stdout + stderr
    const leaking = hostileCorpus.filter(({ secret }) => everything.includes(secret.slice(0, shownDigits + 3)))
    expect(leaking.map(({ sql }) => sql)).toEqual([])
    // A secret that is cut has lost its own digits.
    expect(everything).not.toMatch(/zq7391/)

    const ids = utilities.map(({ id }) => String(id))
    expect(ids.length).toBeGreaterThan(20)
    const files = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), 'latin1')))
    for (const text of [everything, ...files]) expect(ids.filter((id) => text.includes(id))).toEqual([])

    const texts = events('db.server.top_query').map(({ attributes }) => ({
      text: typeof attributes['db.query.text'] === 'string' ? attributes['db.query.text'] : '',
      id: attributes['postgresql.queryid'],
    }))
    expect(texts.filter(({ text, id }) => !queries.test(text) && id !== undefined)).toEqual([])
    expect(texts.filter(({ text, id }) => queries.test(text) && id !== undefined).length).toBeGreaterThan(20)
    expect(endpoint.received.violations()).toEqual([])
  }, 240_000)
})
