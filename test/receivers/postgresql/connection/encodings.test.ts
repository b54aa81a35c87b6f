import { describe, expect, test } from 'vitest'
import { metricDefaults } from '../../../../generated/postgresql/config.ts'
import type { Cluster } from '../../../../src/demo/embedded-postgres/cluster.ts'
import { readLockGraph } from '../../../../src/receivers/postgresql/activity/lock-graph.ts'
import { readSessionDetails } from '../../../../src/receivers/postgresql/activity/long-running.ts'
import { readSampledSessions } from '../../../../src/receivers/postgresql/activity/sampled-session.ts'
import { takeSample } from '../../../../src/receivers/postgresql/activity/session-sample.ts'
import { Denials } from '../../../../src/receivers/postgresql/server/denials.ts'
import { discover } from '../../../../src/receivers/postgresql/server/discovery.ts'
import { eventually } from '../../../support/eventually.ts'
import { endMajors, startTestCluster } from '../../../support/postgres.ts'
import { rawClient } from '../../../support/raw-client.ts'
import { connectionOf, never, settingsOf } from '../support/connecting.ts'
import { receiverOf, serverErrors } from '../support/receiver-under-test.ts'

const hour = 3_600_000
/** Nothing that makes the collector visit databases. */
const statementsAlone = Object.fromEntries(
  Object.keys(metricDefaults).map((name) => [name, { enabled: name === 'postgresql.statement.calls' }]),
)

/** A server with databases of four encodings; that of `postgres` is UTF8. */
async function startServer(major: (typeof endMajors)[number]): Promise<Cluster> {
  const cluster = await startTestCluster({ major })
  await cluster.query('CREATE EXTENSION pg_stat_statements')
  await cluster.query('CREATE ROLE monitor LOGIN IN ROLE pg_monitor')
  for (const [name, encoding] of [
    ['shop', 'UTF8'],
    ['ascii', 'SQL_ASCII'],
    ['latin', 'LATIN1'],
    ['japan', 'EUC_JP'],
  ]) {
    await cluster.query(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING '${encoding}' LC_COLLATE 'C' LC_CTYPE 'C'`)
  }
  return cluster
}

/** The fingerprints that statements with these texts are shown under, after one reading; the executions of all. */
function shownOf(cluster: Cluster, watched: ReturnType<typeof receiverOf>) {
  return async (...texts: readonly string[]) => {
    const { batches, error } = await watched.collect()
    expect(error).toBeUndefined()
    const rows = batches.flatMap(({ counterRows }) => counterRows?.rows ?? [])
    const shown: unknown[] = []
    for (const text of texts) {
      const [row] = await cluster.query(
        `SELECT s.queryid::text FROM pg_stat_statements(false) AS f JOIN pg_database AS d ON d.oid = f.dbid
          CROSS JOIN LATERAL (SELECT f.queryid) AS s WHERE d.datname = 'shop' AND f.queryid = ${await queryIdOf(cluster, text)}`,
      )
      const found = rows.find(({ key }) => key.endsWith(`\u0000${String(row?.['queryid'])}`))
      shown.push(found?.targets[0]?.attributes['query.hash'])
    }
    return { shown, rows }
  }
}

/** Where texts can't be read, a statement is known by how often it was executed: each as often as its number of columns. */
async function queryIdOf(cluster: Cluster, text: string): Promise<string> {
  const calls = text.split(',').length
  const rows = await cluster.query(
    `SELECT s.queryid::text FROM pg_stat_statements(false) AS s JOIN pg_database AS d ON d.oid = s.dbid
      WHERE d.datname = 'shop' AND s.calls % 100 = ${calls}`,
  )
  return String(rows[0]?.['queryid'])
}

/** Executes a text in `shop` so often that {@link queryIdOf} finds it. */
async function execute(cluster: Cluster, text: string): Promise<void> {
  await using client = await cluster.connect('shop')
  for (let time = 0; time < text.split(',').length; time += 1) await client.query(text)
}

function warningsOf(watched: ReturnType<typeof receiverOf>): string[] {
  return watched.messages('warn')
}

const known = /^[0-9a-f]{16}$/
/** Once all of them have names; the process that reads them may take longer than a result waits for it. */
async function named(read: ReturnType<typeof shownOf>, ...texts: readonly string[]) {
  let found = await read(...texts)
  await eventually(async () => {
    if (!found.shown.every((hash) => known.test(String(hash)))) found = await read(...texts)
    expect(found.shown).toEqual(texts.map(() => expect.stringMatching(known)))
  })
  return found
}

const badByte = 'select count(*) as "c\u00e4"'

describe.each(endMajors)('PostgreSQL %i', (major) => {
  test('a text that is in no encoding ends no counter and no name, and the warning names where it is', async () => {
    await using cluster = await startServer(major)
    await using watched = receiverOf(cluster, { metrics: statementsAlone })
    const read = shownOf(cluster, watched)
    const [first, second] = ['SELECT 1, 2, 3', 'SELECT version(), 2, 3, 4, 5']
    await execute(cluster, first)
    const before = await named(read, first)

    await using ascii = await rawClient(cluster, 'ascii')
    await ascii.send(badByte)
    await execute(cluster, second)
    const from = (await cluster.log()).length
    for (let time = 0; time < 6; time += 1) {
      watched.clock.skip(hour / 6)
      const { shown, rows } = await read(first, second)
      expect(shown).toEqual([before.shown[0], '(other)'])
      expect(rows.length).toBeGreaterThan(before.rows.length)
    }
    const warnings = warningsOf(watched)
    expect(warnings).toHaveLength(1)
    const [{ oid } = { oid: '' }] = await cluster.query("SELECT oid FROM pg_database WHERE datname = 'ascii'")
    expect(warnings[0]).toMatch(/can't be converted to UTF8/)
    expect(warnings[0]).toContain(`"ascii" (SQL_ASCII, oid ${String(oid)})`)
    expect(warnings[0]).toContain('public.pg_stat_statements_reset(0, OID, 0)')
    expect(warnings[0]).toContain('SET pg_stat_statements.track = none')
    expect(JSON.stringify(watched.logger.lines)).not.toMatch(/0xe4|count/)
    // After 1, 2, 4, ... minutes; the ones of each hour are rare.
    expect((await serverErrors(cluster, from)).length).toBeLessThanOrEqual(6)

    await cluster.query(`SELECT pg_stat_statements_reset(0, ${String(oid)}, 0)`)
    watched.clock.skip(hour)
    expect((await named(read, first, second)).shown[0]).toBe(before.shown[0])
  })

  test('texts are read through a database that takes any, if it has the extension', async () => {
    await using cluster = await startServer(major)
    await cluster.query(
      'CREATE SCHEMA "my stats"; CREATE EXTENSION pg_stat_statements SCHEMA "my stats"; GRANT USAGE ON SCHEMA "my stats" TO monitor',
      'ascii',
    )
    await using watched = receiverOf(cluster, {
      metrics: statementsAlone,
      events: { 'db.server.top_query': { enabled: true } },
    })
    const read = shownOf(cluster, watched)
    await using ascii = await rawClient(cluster, 'ascii')
    await using latin = await rawClient(cluster, 'latin')
    const run = async () => {
      await ascii.send(badByte)
      await latin.send('select count(*) as "gr\u00f6\u00dfe"')
      await execute(cluster, 'SELECT 1 AS "величина", 2')
    }
    await run()
    await named(read, 'SELECT 1 AS "величина", 2')
    await run()
    watched.clock.skip(hour)
    await read()
    const texts = watched.records.map(({ attributes }) => attributes['db.query.text'])
    expect(texts).toEqual(expect.arrayContaining(['select count(*) as "größe"', 'SELECT ? AS "величина", ?']))
    expect(texts.filter((text) => String(text).includes('"c'))).toEqual(['select count(*) as "c\ufffd"'])
    expect(warningsOf(watched)).toEqual([])
    expect(watched.messages('info').filter((message) => message.includes('through the database "ascii"'))).toHaveLength(
      1,
    )
  })

  test('Cyrillic names seen from a database that has none are read through one that has them', async () => {
    await using cluster = await startServer(major)
    await cluster.query('CREATE EXTENSION pg_stat_statements', 'latin')
    await execute(cluster, 'SELECT 1 AS "величина", 2')
    for (const { through, excluded } of [
      { through: ['postgres'], excluded: [] },
      { through: [], excluded: ['postgres'] },
    ]) {
      const config = { metrics: statementsAlone, connect_database: 'latin', exclude_databases: excluded }
      await using watched = receiverOf(cluster, config)
      const read = shownOf(cluster, watched)
      const text = 'SELECT 1 AS "величина", 2'
      if (through.length > 0) await named(read, text)
      else expect((await read(text)).shown).toEqual(['(other)'])
      const warnings = warningsOf(watched)
      expect(warnings).toHaveLength(through.length > 0 ? 0 : 1)
      if (warnings[0] !== undefined) expect(warnings[0]).toMatch(/converted to LATIN1.* "postgres" \(UTF8, /)
    }
  })

  describe('names and statements that are in no encoding', () => {
    for (const [database, fails] of [
      ['postgres', 0],
      ['ascii', 0],
      ['latin', 0],
      ['japan', 1],
    ] as const) {
      test(`seen from "${database}" fail ${fails} statements`, async () => {
        await using cluster = await startServer(major)
        await using maker = await rawClient(cluster, 'ascii')
        for (const sql of ['CREATE ROLE "r\u00e4" LOGIN', 'CREATE DATABASE "d\u00e4"', 'CREATE DATABASE "d\u00e5"']) {
          await maker.send(sql)
        }
        await using busy = await rawClient(cluster, 'ascii', 'r\u00e4')
        await busy.send("SET application_name = 'app\u00e4'")
        await busy.send(`BEGIN; ${badByte}`)
        await using connection = await connectionOf(settingsOf(cluster), database)
        const [{ pid } = { pid: 0 }] = await cluster.query(
          "SELECT pid FROM pg_stat_activity WHERE state LIKE 'idle in%'",
        )
        const rows = await cluster.query('SELECT d.oid::text, d.datname FROM pg_database AS d')
        const list = { names: new Map(rows.map(({ oid, datname }) => [String(oid), String(datname)])) }
        const wanted = { maxRows: 10, onlyDatabases: [], excludedDatabases: [], databases: list }
        const now = { withBlockers: true, databaseOid: '1' }
        let failures = 0
        for (const work of [
          () => discover(connection, { databases: [], exclude: [] }, Denials.none, never),
          () => discover(connection, { databases: [], exclude: [] }, Denials.none, never),
          () => readSampledSessions(connection, wanted, now, never),
          () => readSessionDetails(connection, [Number(pid)], list, never),
          () => readLockGraph(connection, '1', list, never),
          () => takeSample(connection, { byStatement: true }, never),
        ]) {
          await work().catch(() => {
            failures += 1
          })
        }
        expect(failures).toBe(fails)
        const [sampled] = await readSampledSessions(connection, wanted, now, never)
        expect(sampled).toMatchObject({
          pid: Number(pid),
          database: 'ascii',
          statement: expect.stringContaining(badByte.slice(0, 20)),
        })
        expect(sampled?.user).toMatch(database === 'latin' ? 'rä' : 'r\ufffd')
      })
    }

    for (const connect of ['postgres', 'ascii']) {
      test(`connected to "${connect}", they cost no counter`, async () => {
        await using cluster = await startServer(major)
        await using maker = await rawClient(cluster, 'ascii')
        await maker.send('CREATE DATABASE "d\u00e4"')
        for (const sql of [
          'CREATE TABLE "t\u00e4" (a int PRIMARY KEY)',
          'INSERT INTO "t\u00e4" VALUES (1), (2), (3)',
        ]) {
          await maker.send(sql)
        }
        {
          await using other = await rawClient(cluster, 'd\u00e4')
          await other.send('CREATE TABLE t (a int)')
        }
        const metrics = {
          'postgresql.rows': { enabled: true },
          'postgresql.index.size': { enabled: true },
          'postgresql.db_size': { enabled: true },
        }
        await using watched = receiverOf(cluster, { connect_database: connect, metrics })
        const { error, attributes } = await watched.collect()
        expect(error).toBeUndefined()
        const databases = attributes('postgresql.db_size').map((one) => String(one['postgresql.database.name']))
        expect(databases.toSorted()).toEqual(['ascii', 'd\ufffd', 'japan', 'latin', 'postgres', 'shop'])
        const tables = attributes('postgresql.rows').map((one) => one['postgresql.table.name'])
        expect(tables).toContain('public.t\ufffd')
        const indexes = attributes('postgresql.index.size').map((one) => one['postgresql.index.name'])
        expect(indexes).toContain('t\ufffd_pkey')
        const warnings = warningsOf(watched).filter((message) => message.includes('d\ufffd'))
        expect(warnings).toEqual([
          expect.stringMatching(/^The database "d\ufffd" is not watched: its name is in no encoding/),
        ])
      })
    }
  })
})
