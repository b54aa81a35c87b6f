import { describe, expect, test } from 'vitest'
import { metricDefaults } from '../../../generated/postgresql/config.ts'
import { eventually } from '../../support/eventually.ts'
import { majors, usePostgres } from '../../support/postgres.ts'
import { receiverOf, serverErrors } from './support/receiver-under-test.ts'

const everything = Object.fromEntries(Object.keys(metricDefaults).map((name) => [name, { enabled: true }]))

/** Metrics that one scrape of a lone server can't give, and why. */
const silentEverywhere = {
  'nobody streams, nothing is archived': [
    'postgresql.replication.data_delay',
    'postgresql.wal.age',
    'postgresql.wal.delay',
    'postgresql.wal.lag',
  ],
  'no statement was slow': ['db.query.count', 'db.query.duration'],
  'the sampling of sessions is off': [
    'postgresql.blocking.depth',
    'postgresql.blocking.longest_wait',
    'postgresql.blocking.sessions',
    'postgresql.blocking.time',
    'postgresql.session.time',
    'postgresql.statement.session.time',
  ],
}

/** Metrics by the major whose version of pg_stat_statements brings their column. */
const statementsSince: Readonly<Record<number, readonly string[]>> = {
  14: ['postgresql.statements.deallocations', 'postgresql.statements.incomplete'],
  15: [
    'postgresql.statement.jit.emission.count',
    'postgresql.statement.jit.emission.time',
    'postgresql.statement.jit.functions',
    'postgresql.statement.jit.generation.time',
    'postgresql.statement.jit.inlining.count',
    'postgresql.statement.jit.inlining.time',
    'postgresql.statement.jit.optimization.count',
    'postgresql.statement.jit.optimization.time',
    'postgresql.statement.temp_blocks.read.time',
    'postgresql.statement.temp_blocks.write.time',
  ],
  17: [
    'postgresql.statement.jit.deform.count',
    'postgresql.statement.jit.deform.time',
    'postgresql.statement.local_blocks.read.time',
    'postgresql.statement.local_blocks.write.time',
  ],
  18: [
    'postgresql.statement.parallel_workers.launched',
    'postgresql.statement.parallel_workers.planned',
    'postgresql.statement.wal.buffers_full',
  ],
}

function silentOn(major: number): string[] {
  const missing = Object.entries(statementsSince).filter(([since]) => major < Number(since))
  return [...Object.values(silentEverywhere), ...missing.map(([, names]) => names)].flat().sort()
}

describe.each(majors)('the receiver on PostgreSQL %i', (major) => {
  const postgres = usePostgres(major)

  test('collects whatever there is to say and writes no ERROR into the log of the server', async () => {
    const { cluster, database } = await postgres()
    await cluster.query(
      `CREATE TABLE orders (id int PRIMARY KEY, note text);
       INSERT INTO orders SELECT i, 'n' FROM generate_series(1, 17) AS i;
       CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';
       SELECT f();
       SELECT pg_create_physical_replication_slot('s', true)`,
      database,
    )
    await using holder = await cluster.connect(database)
    await holder.query('BEGIN; LOCK TABLE orders IN SHARE MODE')
    const from = (await cluster.log()).length
    await using under = receiverOf(cluster, { metrics: everything })
    let names: ReadonlySet<string> = new Set()
    // Some things are known from the second reading on: increases, and calls of a session that has just ended.
    await eventually(async () => {
      names = names.union((await under.collect()).names)
      const silent = Object.keys(metricDefaults).filter((name) => !names.has(name))
      expect(silent.sort()).toEqual(silentOn(major))
    })
    expect(await serverErrors(cluster, from)).toEqual([])
    expect(under.messages('warn')).toEqual([])
  })
})

test('at start it is told what works and deserves to be known, and nothing else', async () => {
  const told = async (config: Parameters<typeof receiverOf>[1], env = {}) => {
    await using under = receiverOf({ host: 'db.example.com', port: 1 }, { initial_delay: '1h', ...config }, { env })
    await under.receiver.start(under.host)
    return under.messages('warn')
  }
  expect(await told({})).toEqual([expect.stringContaining('the certificate is not checked')])
  expect(await told({ tls: { insecure_skip_verify: false } })).toEqual([])
  const local = { endpoint: 'localhost:5432', instance: undefined }
  expect(await told(local, { KUBERNETES_SERVICE_HOST: '10.0.0.1' })).toEqual([
    expect.stringContaining('set `instance`'),
  ])
})
