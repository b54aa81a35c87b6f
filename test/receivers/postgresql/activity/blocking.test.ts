import { describe, expect, test } from 'vitest'
import type { Cluster } from '../../../../src/demo/embedded-postgres/cluster.ts'
import { eventually } from '../../../support/eventually.ts'
import { endMajors, usePostgres } from '../../../support/postgres.ts'
import { busySessions, type Worker } from './support/busy-sessions.ts'
import { samplerOn, sum } from './support/sampler-under-test.ts'

const change = (id: number, n = 1) => `UPDATE stock SET n = ${n} WHERE id = ${id}`

/** Until a session has waited for so long as an episode needs. */
async function whenWaited(cluster: Cluster, { pid }: Worker): Promise<void> {
  await eventually(
    async () => {
      const [row] = await cluster.query(
        `SELECT clock_timestamp() - query_start > interval '1.3 s' AS waited FROM pg_stat_activity WHERE pid = ${pid}`,
      )
      expect(row?.['waited']).toBe(true)
    },
    { intervalMs: 50 },
  )
}

describe.each(endMajors)('on PostgreSQL %i', (major) => {
  const postgres = usePostgres(major, {
    settings: { autovacuum: 'off', deadlock_timeout: '60s', max_prepared_transactions: '5' },
  })

  test('a chain of three is one episode of its root, from its start to its end', async () => {
    const { cluster } = await postgres()
    await using sessions = await busySessions(await postgres())
    const root = await sessions.worker('checkout')
    const [middle, last, tied] = [await sessions.worker(), await sessions.worker(), await sessions.worker()]
    await root.query(`BEGIN; ${change(1)}; SELECT 'secret-of-root'`)
    await middle.query(`BEGIN; ${change(2)}`)
    await middle.begin(change(1, 4711))
    await last.begin(change(2))
    await tied.begin(change(2))
    await whenWaited(cluster, tied)
    await using under = await samplerOn(cluster)
    await under.sample()
    await under.sample()
    expect(under.asked.filter((query) => query === 'lock_graph')).toHaveLength(1)
    expect(under.sink.records).toHaveLength(1)
    const attributes = under.sink.records[0]?.attributes
    expect(under.sink.records[0]).toMatchObject({
      eventName: 'postgresql.blocking_episode',
      attributes: {
        'db.system.name': 'postgresql',
        'postgresql.episode.phase': 'start',
        'postgresql.pid': root.pid,
        'db.namespace': sessions.database,
        'user.name': 'postgres',
        'postgresql.application_name': 'checkout',
        'postgresql.state': 'idle in transaction',
        'postgresql.blocking.victims.count': 3,
        'postgresql.blocking.victims.peak': 3,
        'postgresql.blocking.depth': 3,
        'postgresql.blocking.lock.type': 'transactionid,tuple',
      },
    })
    expect(attributes?.['postgresql.blocking.lock.mode']).toBe('ShareLock,ExclusiveLock')
    const pids = [middle, last, tied].map(({ pid }) => pid)
    const pidsTold = String(attributes?.['postgresql.blocking.victims.pids']).match(/\d+/g)?.map(Number)
    expect(new Set(pidsTold)).toEqual(new Set(pids))
    expect(attributes?.['postgresql.blocking.victims.statements']).toMatch(/^UPDATE stock SET n = \S+ WHERE id = \S+$/)
    expect(JSON.stringify(under.sink.records)).not.toMatch(/4711|secret/)
    expect(under.series('postgresql.blocking.sessions')).toEqual([{ value: 3 }])

    await root.query('COMMIT')
    await middle.end()
    await eventually(async () => {
      const waiting = await cluster.query("SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
      expect(waiting).toEqual([])
    })
    await under.sample()
    expect(under.sink.records.map((record) => record.attributes['postgresql.episode.phase'])).toEqual(['start', 'end'])
    const [start, end] = under.sink.records.map((record) => record.attributes['postgresql.episode.id'])
    expect(end).toBe(start)
    await under.sample()
    expect(under.sink.records).toHaveLength(2)
  })

  test('blocked time is told by lock type and mode, and comes to the time that sessions waited', async () => {
    const { cluster } = await postgres()
    await using sessions = await busySessions(await postgres())
    const holder = await sessions.worker()
    const [writer, reader, locker] = [await sessions.worker(), await sessions.worker(), await sessions.worker()]
    await holder.query('BEGIN; LOCK TABLE stock IN ACCESS EXCLUSIVE MODE; SELECT pg_advisory_lock(7)')
    await writer.begin(change(3))
    await reader.begin('SELECT * FROM stock')
    await locker.begin('SELECT pg_advisory_lock(7)')
    await using under = await samplerOn(cluster)
    for (let samples = 0; samples < 3; samples++) await under.sample()
    const series = under.series('postgresql.blocking.time')
    expect(series).toEqual(
      expect.arrayContaining([
        { lock_type: 'relation', mode: 'RowExclusiveLock', value: 2 },
        { lock_type: 'relation', mode: 'AccessShareLock', value: 2 },
        { lock_type: 'advisory', mode: 'ExclusiveLock', value: 2 },
      ]),
    )
    expect(sum(series)).toBe(6)
  })

  test('the relation that is waited for is named where its database is connected to, else it has its oid', async () => {
    const { cluster } = await postgres()
    await cluster.query('CREATE TABLE orders (id int)')
    await using sessions = await busySessions(await postgres())
    const [holder, waiter] = [await sessions.worker(), await sessions.worker()]
    await using inPostgres = await cluster.connect('postgres')
    await using waitingInPostgres = await cluster.connect('postgres')
    await inPostgres.query('BEGIN; LOCK TABLE orders')
    const waiting = waitingInPostgres.query('SELECT FROM orders')
    await holder.query('BEGIN; LOCK TABLE stock')
    await waiter.begin('SELECT FROM stock')
    await whenWaited(cluster, waiter)
    await using under = await samplerOn(cluster)
    await under.sample()
    await under.sample()
    const [row] = await cluster.query("SELECT 'stock'::regclass::oid::text AS oid", sessions.database)
    const relations = under.sink.records.map(({ attributes }) => attributes['postgresql.blocking.lock.relation'])
    expect(new Set(relations)).toEqual(new Set([row?.['oid'], 'public.orders']))
    await inPostgres.query('ROLLBACK')
    await waiting
    await cluster.query('DROP TABLE orders')
  })

  test('a prepared transaction that blocks is the root, by its transaction', async () => {
    const { cluster } = await postgres()
    await using sessions = await busySessions(await postgres())
    const [holder, waiter] = [await sessions.worker(), await sessions.worker()]
    await holder.query(`BEGIN; ${change(1)}; PREPARE TRANSACTION 'left behind'`)
    await waiter.begin(change(1))
    await whenWaited(cluster, waiter)
    await using under = await samplerOn(cluster)
    await under.sample()
    await under.sample()
    const [prepared] = await cluster.query('SELECT transaction::text AS xid FROM pg_prepared_xacts')
    expect(under.sink.records.map((record) => record.attributes)).toMatchObject([
      {
        'postgresql.episode.phase': 'start',
        'postgresql.pid': 0,
        'postgresql.blocking.prepared_transaction': prepared?.['xid'],
        'postgresql.blocking.victims.pids': `{${waiter.pid}}`,
      },
    ])
    await cluster.query("ROLLBACK PREPARED 'left behind'", sessions.database)
  })

  test('the graph is asked for every 5 s at most', async () => {
    const { cluster } = await postgres()
    await using sessions = await busySessions(await postgres())
    const [holder, waiter] = [await sessions.worker(), await sessions.worker()]
    await holder.query(`BEGIN; ${change(1)}`)
    await waiter.begin(change(1))
    await using under = await samplerOn(cluster)
    for (let samples = 0; samples < 11; samples++) await under.sample()
    const looks = under.asked.filter((query) => query === 'lock_graph').length
    expect([1, 2, 3]).toContain(looks)
  })
})
