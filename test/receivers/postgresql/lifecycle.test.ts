import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { Cluster } from '../../../src/demo/embedded-postgres/cluster.ts'
import { eventually } from '../../support/eventually.ts'
import { lifecycleSuite } from '../../support/lifecycle-suite.ts'
import { majors, usePostgres } from '../../support/postgres.ts'
import { startTcpProxy, type TcpProxy } from '../../support/tcp-proxy.ts'
import { receiverOf } from './support/receiver-under-test.ts'

const postgres = usePostgres(majors.at(-1) ?? 18)
const often = { collection_interval: '20ms', initial_delay: '0s' } as const

async function proxied(): Promise<TcpProxy> {
  const { cluster } = await postgres()
  return startTcpProxy({ target: { host: cluster.host, port: cluster.port } })
}

const backends = (cluster: Cluster, condition = 'true') =>
  cluster.query(`SELECT pid, query FROM pg_stat_activity WHERE application_name = 'otelephant' AND ${condition}`)

/** Some intervals of real time. */
const occasion = () => delay(100)

lifecycleSuite('PostgreSQL receiver of a live server', async () => {
  const { cluster } = await postgres()
  const { receiver, batches } = receiverOf(cluster, often)
  return { component: receiver, occasion, done: () => batches.length }
})

lifecycleSuite('PostgreSQL receiver of a server that refuses', async () => {
  const proxy = await proxied()
  await proxy.set({ kind: 'refuse' })
  const { receiver, batches } = receiverOf(proxy, often)
  const dispose = () => proxy[Symbol.asyncDispose]()
  return { component: receiver, occasion, done: () => batches.length, dispose }
})

lifecycleSuite('PostgreSQL receiver of a server that says nothing', async () => {
  const proxy = await proxied()
  await proxy.set({ kind: 'black_hole' })
  const { receiver } = receiverOf(proxy, often)
  const dispose = () => proxy[Symbol.asyncDispose]()
  return { component: receiver, occasion, done: () => proxy.accepted, dispose }
})

describe('a shutdown', () => {
  test('in the middle of a scrape cancels it on the server, and leaves no session', async () => {
    const { cluster, createDatabase } = await postgres()
    const database = await createDatabase()
    // A statistics view that is slow to answer.
    await cluster.query(
      `SET allow_system_table_mods = on;
       ALTER VIEW pg_catalog.pg_replication_slots RENAME TO pg_quick_slots;
       CREATE VIEW pg_catalog.pg_replication_slots AS SELECT q.* FROM pg_quick_slots AS q RIGHT JOIN pg_sleep(20) ON true;
       GRANT SELECT ON pg_catalog.pg_replication_slots TO PUBLIC`,
      database,
    )
    const under = receiverOf(cluster, { ...often, connect_database: database })
    await under.receiver.start(under.host)
    const slow = "state = 'active' AND query LIKE '%otelephant replication_slot%'"
    await eventually(async () => expect(await backends(cluster, slow)).toHaveLength(1))
    const start = performance.now()
    await under.receiver.shutdown()
    expect(performance.now() - start).toBeLessThan(5_000)
    expect(under.statuses.at(-1)?.kind).toBe('stopped')
    await eventually(async () => expect(await backends(cluster)).toEqual([]))
  })

  test('of a receiver whose server fell silent in the middle of a scrape is soon over', async () => {
    const { cluster } = await postgres()
    await using proxy = await startTcpProxy({ target: { host: cluster.host, port: cluster.port } })
    const under = receiverOf(proxy, often)
    await under.receiver.start(under.host)
    await eventually(() => expect(under.batches.length).toBeGreaterThan(0))
    await proxy.set({ kind: 'black_hole' })
    const start = performance.now()
    await under.receiver.shutdown()
    expect(performance.now() - start).toBeLessThan(3_000)
    expect(under.statuses.at(-1)?.kind).toBe('stopped')
  })
})
