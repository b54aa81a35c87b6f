import { expect, test } from 'vitest'
import { folderWith, run } from './support/otelephant.ts'
import { configuration, endpointOf, useWatched } from './support/watched.ts'

const watched = useWatched({ 'pg_stat_statements.track': 'all' })

interface Switch {
  readonly what: string
  readonly metric: string
  /** A piece of SQL that only this metric needs. */
  readonly sql: string
}

const switches: readonly Switch[] = [
  { what: 'a column of a query on the server', metric: 'postgresql.rollbacks', sql: 'xact_rollback' },
  { what: 'a whole query on the server', metric: 'postgresql.db_size', sql: 'pg_database_size' },
  { what: 'a column of a query in each database', metric: 'postgresql.rows', sql: 'pg_stat_get_live_tuples(c.oid)' },
  { what: 'a whole query in each database', metric: 'postgresql.index.size', sql: '/* otelephant index_size */' },
]

const offByDefault = 'postgresql.deadlocks'

/** Names of the metrics that arrive, and the texts that the server was sent. */
async function collect(switched: Readonly<Record<string, boolean>>) {
  const { cluster, database } = await watched()
  const endpoint = await endpointOf()
  await cluster.query('CREATE TABLE IF NOT EXISTS orders (id int PRIMARY KEY)', database)
  await cluster.query('SELECT pg_stat_statements_reset()')
  const metrics = Object.entries(switched).map(([name, enabled]) => `${name}: {enabled: ${enabled}}`)
  const receiver = [`databases: [${database}]`, `metrics: {${metrics.join(', ')}}`]
  const cwd = await folderWith({ 'otelephant.yaml': configuration({ cluster, endpoint, receiver }) })
  const { code, stderr } = await run(['run', '--once', '-c', 'otelephant.yaml'], { cwd })
  expect(code, stderr).toBe(0)
  const statements = await cluster.query(
    "SELECT query FROM pg_stat_statements AS s JOIN pg_roles AS r ON r.oid = s.userid WHERE r.rolname = 'monitor'",
  )
  return {
    arrived: new Set(endpoint.received.points().map(({ metric }) => metric)),
    sent: statements.map(({ query }) => String(query)).join('\n'),
  }
}

test('a metric that is switched off neither arrives nor costs the server anything; the others stay', async () => {
  const on = await collect({ [offByDefault]: true })
  const off = await collect(Object.fromEntries(switches.map(({ metric }) => [metric, false])))
  for (const { what, metric, sql } of switches) {
    expect(on.arrived.has(metric), `${what}: ${metric} arrives`).toBe(true)
    expect(on.sent.includes(sql), `${what}: ${sql} is sent`).toBe(true)
    expect(off.sent.includes(sql), `${what}: ${sql} is still sent`).toBe(false)
  }
  const names = new Set([...switches.map(({ metric }) => metric), offByDefault])
  // Of a statement only what has grown is sent.
  const steady = (arrived: ReadonlySet<string>) =>
    [...arrived].filter((name) => !names.has(name) && !name.startsWith('postgresql.statement.')).toSorted()
  expect(on.arrived).toContain(offByDefault)
  expect(steady(off.arrived)).toEqual(steady(on.arrived))
  expect(switches.filter(({ metric }) => off.arrived.has(metric))).toEqual([])
  expect(off.sent).toContain('xact_commit')
}, 60_000)
