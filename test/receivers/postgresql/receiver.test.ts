import { describe, expect, test, vi } from 'vitest'
import { metricDefaults } from '../../../generated/postgresql/config.ts'
import { majors, usePostgres } from '../../support/postgres.ts'
import { receiverOf, serverErrors } from './receiver-under-test.ts'

const everything = Object.fromEntries(Object.keys(metricDefaults).map((name) => [name, { enabled: true }]))

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
    let names = new Set<string>()
    const collected = async () => {
      names = (await under.collect()).names
      // Function calls appear a moment after the session that called it has ended.
      expect(names).toContain('postgresql.function.calls')
    }
    await vi.waitFor(collected, { timeout: 10_000 })
    // What there is of statements their extension's version says; sessions are watched by scrapers of their own.
    const apart = /^(db\.query|postgresql\.(statements?|session|blocking))\./
    const silent = Object.keys(metricDefaults).filter((name) => !names.has(name) && !apart.test(name))
    // Nobody streams, nothing is archived.
    expect(silent.sort()).toEqual([
      'postgresql.replication.data_delay',
      'postgresql.wal.age',
      'postgresql.wal.delay',
      'postgresql.wal.lag',
    ])
    expect(names).toContain('postgresql.statement.execution.time')
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
