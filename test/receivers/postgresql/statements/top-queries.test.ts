import { describe, expect, test } from 'vitest'
import { metricDefaults } from '../../../../generated/postgresql/config.ts'
import type { Cluster } from '../../../../src/demo/embedded-postgres/cluster.ts'
import { eventually } from '../../../support/eventually.ts'
import { endMajors, startTestCluster } from '../../../support/postgres.ts'
import { receiverOf } from '../support/receiver-under-test.ts'

const hour = 3_600_000
const event = 'db.server.top_query'

/** Nothing that makes the collector visit databases. */
const statementsAlone = Object.fromEntries(
  Object.keys(metricDefaults).map((name) => [name, { enabled: name === 'postgresql.statement.calls' }]),
)

async function startServer(major: (typeof endMajors)[number]): Promise<Cluster> {
  const cluster = await startTestCluster({ major })
  await cluster.query('CREATE EXTENSION pg_stat_statements')
  await cluster.query('CREATE ROLE monitor LOGIN IN ROLE pg_monitor')
  await cluster.query('CREATE ROLE application LOGIN')
  await cluster.query('CREATE DATABASE shop')
  await cluster.query('CREATE TABLE orders (id int, customer text)', 'shop')
  await cluster.query('GRANT ALL ON orders TO application', 'shop')
  return cluster
}

/** What the application does in one interval: two statements, one of them as two texts with different literals. */
async function shop(cluster: Cluster): Promise<void> {
  await using client = await cluster.connect('shop', 'application')
  await client.query("INSERT INTO orders SELECT i, 'secret-1' FROM generate_series(1, 30) AS i")
  await client.query(
    "SELECT o.id FROM orders AS o WHERE o.customer <> 'secret-3' /* nr_service_guid='guid-7',x='secret-2' */",
  )
  await client.query(
    "SELECT o.id FROM orders AS o WHERE o.customer <> 'secret-4' /* nr_service_guid='guid-7',x='secret-2' */",
  )
}

/** Everything that the server counted, by statement of the application. */
async function counted(cluster: Cluster) {
  const rows = await cluster.query(`SELECT to_jsonb(s) || jsonb_build_object('queryid', s.queryid::text) AS s
    FROM pg_stat_statements AS s
    JOIN pg_roles AS r ON r.oid = s.userid WHERE r.rolname = 'application' ORDER BY s.query`)
  return rows.map(({ s }): Readonly<Record<string, number | string>> => Object(s))
}

describe.each(endMajors)('PostgreSQL %i', (major) => {
  test('an event tells what its statement did since the reading before, and nothing of its literals', async () => {
    await using cluster = await startServer(major)
    await using watched = receiverOf(cluster, { events: { [event]: { enabled: true } } })
    await shop(cluster)
    await watched.collect()
    expect(watched.records, 'first sight').toEqual([])
    const before = await counted(cluster)
    await shop(cluster)
    await shop(cluster)
    const now = await counted(cluster)
    watched.clock.skip(hour)
    await watched.collect()
    const application = watched.records.filter(({ attributes }) => attributes['postgresql.rolname'] === 'application')
    expect(application).toHaveLength(2)
    const timeOf = (row: (typeof now)[number] | undefined) => Number(row?.['total_exec_time'])
    for (const [at, row] of now.entries()) {
      const grown = (column: string) => Number(row[column]) - Number(before[at]?.[column])
      const told = application.find(({ attributes }) => attributes['postgresql.queryid'] === String(row['queryid']))
      expect(told?.eventName).toBe(event)
      expect(told?.attributes).toMatchObject({
        'db.namespace': 'shop',
        'db.system.name': 'postgresql',
        'db.collection.name': 'orders',
        'postgresql.calls': grown('calls'),
        'postgresql.rows': grown('rows'),
        'postgresql.shared_blks_hit': grown('shared_blks_hit'),
        'postgresql.userid': String(row['userid']),
        'query.hash': expect.stringMatching(/^[0-9a-f]{16}$/),
      })
      const seconds = (timeOf(row) - timeOf(before[at])) / 1_000
      expect(told?.attributes['postgresql.total_exec_time']).toBeCloseTo(seconds, 9)
    }
    const select = application.find(({ attributes }) => attributes['db.operation.name'] === 'SELECT')
    expect(select?.attributes['db.query.text']).toBe('SELECT o.id FROM orders AS o WHERE o.customer <> ?')
    expect(select?.attributes['db.query.comment_tags.nr_service_guid']).toBe('guid-7')
    expect(
      JSON.stringify([watched.records, watched.batches], (_, value) =>
        typeof value === 'bigint' ? `${value}` : value,
      ),
    ).not.toContain('secret')
  })

  test('at most top_n_query are told, those that took the most time, and never the collector’s own', async () => {
    await using cluster = await startServer(major)
    const all = { events: { [event]: { enabled: true } } }
    await using watched = receiverOf(cluster, all)
    await using few = receiverOf(cluster, { ...all, top_query_collection: { top_n_query: 2 } })
    for (let time = 0; time < 3; time += 1) {
      for (const one of [watched, few]) {
        await shop(cluster)
        await one.collect()
        one.clock.skip(hour)
      }
      // Slower than anything, and at first without name.
      await cluster.query('SELECT pg_sleep(0.05)', 'shop')
    }
    expect(watched.records.length).toBeGreaterThan(4)
    for (const { attributes } of [...watched.records, ...few.records]) {
      expect(attributes['postgresql.rolname'], String(attributes['db.query.text'])).not.toBe('monitor')
    }
    const perReading = Map.groupBy(few.records, ({ timeMs }) => timeMs)
    for (const records of perReading.values()) expect(records.length).toBeLessThanOrEqual(2)
    expect(few.records.some(({ attributes }) => attributes['db.query.text'] === 'SELECT pg_sleep(?)')).toBe(true)
  })

  test('a statement counts among the others until it has a name, and its text is asked for once', async () => {
    await using cluster = await startServer(major)
    await using watched = receiverOf(cluster, { databases: ['shop'], metrics: statementsAlone })
    /** The fingerprint under which the next reading shows the executions of that text. */
    const shownAs = async (sql: string, text: string) => {
      await cluster.query(sql, 'shop')
      const [row] = await cluster.query(`SELECT s.queryid::text FROM pg_stat_statements AS s WHERE s.query = '${text}'`)
      const { batches } = await watched.collect()
      const rows = batches.flatMap(({ counterRows }) => counterRows?.rows ?? [])
      const [found] = rows.filter(({ key }) => key.endsWith(`\u0000${String(row?.['queryid'])}`))
      return found?.targets[0]?.attributes['query.hash']
    }
    const textReadings = async () => {
      const [row] = await cluster.query(`SELECT sum(s.calls) AS calls FROM pg_stat_statements AS s
        WHERE s.query LIKE 'SELECT /* otelephant statement_texts%'`)
      return Number(row?.['calls'])
    }
    // The process that reads texts may take longer to start than a result waits for it.
    const known = await eventually(async () => {
      const hash = await shownAs('SELECT 1, 2', 'SELECT $1, $2')
      expect(hash).toMatch(/^[0-9a-f]{16}$/)
      return hash
    })
    expect(await textReadings()).toBe(1)
    expect(await shownAs('SELECT version(), 3', 'SELECT version(), $1'), 'too soon after that reading').toBe('(other)')
    expect(await shownAs('SELECT 1, 2', 'SELECT $1, $2')).toBe(known)
    expect(await textReadings()).toBe(1)
    watched.clock.skip(hour)
    const named = await shownAs('SELECT version(), 3', 'SELECT version(), $1')
    expect(named).toMatch(/^[0-9a-f]{16}$/)
    expect(named).not.toBe(known)
    expect(await textReadings()).toBe(2)
    watched.clock.skip(hour)
    expect(await shownAs('SELECT version(), 3', 'SELECT version(), $1')).toBe(named)
    watched.clock.skip(hour)
    await shownAs('SELECT version(), 3', 'SELECT version(), $1')
    expect(await textReadings(), 'nothing new but for the reading itself').toBeLessThanOrEqual(3)
  })

  test('texts that can’t be read hold up no counter, and the user is told', async () => {
    await using cluster = await startServer(major)
    await shop(cluster)
    await using watched = receiverOf(cluster, { databases: ['shop'], metrics: statementsAlone })
    // The counters come from the function, and so do the texts: one that refuses texts alone stands in for a huge file.
    await cluster.query('ALTER EXTENSION pg_stat_statements DROP VIEW pg_stat_statements')
    await cluster.query('ALTER FUNCTION pg_stat_statements(bool) RENAME TO pg_stat_statements_read')
    await cluster.query(`CREATE FUNCTION pg_stat_statements(showtext bool) RETURNS SETOF public.pg_stat_statements LANGUAGE plpgsql
      AS $$ BEGIN
        IF showtext THEN RAISE EXCEPTION 'too many texts' USING ERRCODE = '57014'; END IF;
        RETURN QUERY SELECT * FROM public.pg_stat_statements_read(showtext);
      END $$`)
    for (let time = 0; time < 2; time += 1) {
      const { batches, error } = await watched.collect()
      expect(error).toBeUndefined()
      const rows = batches.flatMap(({ counterRows }) => counterRows?.rows ?? [])
      expect(rows.length).toBeGreaterThan(0)
      watched.clock.skip(hour)
    }
    expect(watched.messages('warn')).toEqual([
      expect.stringMatching(/^Statements are shown without name .*too many texts/),
    ])
  })
})
