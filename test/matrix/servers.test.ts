import { describe, expect, test } from 'vitest'
import type { Cluster } from '../../src/demo/embedded-postgres/cluster.ts'
import { oldestMajor } from '../support/postgres.ts'
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'
import { Ledger } from './support/ledger.ts'
import { startRig } from './support/rig.ts'
import { oneRound, prepareWorkload, runReads, runRound } from './support/workload.ts'
import { app, catchUp, monitor, startWatched } from './support/world.ts'

const touch = { 'postgresql.database.name': app, 'postgresql.schema.name': 'public', function: 'touch' }
const calls = ['postgresql.function.calls', touch] as const

async function startPrimary(major: Cluster['major']): Promise<Cluster> {
  const cluster = await startWatched(major)
  await cluster.query('CREATE EXTENSION pg_stat_statements')
  await prepareWorkload(cluster, app)
  return cluster
}

/** Moves the endpoint to another server, as a change of DNS or of a load balancer would. */
function move(proxy: TcpProxy, { host, port }: Cluster): void {
  proxy.switchTarget({ host, port })
  proxy.reset()
}

describe.each(oldestMajor)('PostgreSQL %i', (major) => {
  test('a standby that is promoted goes on counting where it was', async ({ signal }) => {
    await using primary = await startPrimary(major)
    await using standby = await primary.standby()
    await catchUp(primary, standby)
    await using rig = await startRig({ endpoint: standby, username: monitor })
    const ledger = new Ledger(rig, standby)
    expect((await ledger.scrape(signal)).faults).toEqual([])
    await runReads(standby, app)
    // A function is there from its first call on.
    expect((await ledger.scrape(signal)).faults).toEqual([])

    await runReads(standby, app)
    await ledger.note()
    await standby.promote()
    await ledger.note()
    await runReads(standby, app)
    const promoted = await ledger.scrape(signal)
    expect(promoted.faults).toEqual([])
    expect(promoted.delta(...calls)).toBe(2 * oneRound.calls)

    await runRound(standby, app)
    const written = await ledger.scrape(signal)
    expect(written.faults).toEqual([])
    expect(written.delta(...calls)).toBe(oneRound.calls)
  })

  test('an endpoint that moves to its own standby and back counts nothing of what it did not see', async ({
    signal,
  }) => {
    await using primary = await startPrimary(major)
    await using standby = await primary.standby()
    await catchUp(primary, standby)
    for (let n = 0; n < 3; n++) await runReads(standby, app)
    await using proxy = await startTcpProxy({ target: { host: primary.host, port: primary.port } })
    await using rig = await startRig({ endpoint: proxy, username: monitor })
    const ledger = new Ledger(rig, primary, [standby])
    expect((await ledger.scrape(signal)).faults).toEqual([])

    for (const [target, work] of [
      [standby, runReads],
      [primary, runRound],
    ] as const) {
      await runRound(primary, app)
      await runReads(standby, app)
      move(proxy, target)
      ledger.watch(target)
      expect((await ledger.scrape(signal, { nothing: () => true })).faults).toEqual([])
      await work(target, app)
      const outcome = await ledger.scrape(signal)
      expect(outcome.faults).toEqual([])
      expect(outcome.delta(...calls)).toBe(oneRound.calls)
    }
  })

  test('an endpoint that moves to a standby made just now counts at most what that has counted', async ({ signal }) => {
    await using primary = await startPrimary(major)
    await using proxy = await startTcpProxy({ target: { host: primary.host, port: primary.port } })
    await using rig = await startRig({ endpoint: proxy, username: monitor })
    const before = new Ledger(rig, primary)
    expect((await before.scrape(signal)).faults).toEqual([])
    await using standby = await primary.standby()
    await catchUp(primary, standby)
    const ledger = new Ledger(rig, standby)
    ledger.isNew()
    move(proxy, standby)
    expect((await ledger.scrape(signal, { lossy: () => true })).faults).toEqual([])
    await runReads(standby, app)
    expect((await ledger.scrape(signal)).faults).toEqual([])
  })

  test('an endpoint that moves to another server counts nothing of its past', async ({ signal }) => {
    await using first = await startPrimary(major)
    await using second = await startPrimary(major)
    for (let n = 0; n < 3; n++) await runRound(second, app)
    await using proxy = await startTcpProxy({ target: { host: first.host, port: first.port } })
    await using rig = await startRig({ endpoint: proxy, username: monitor })
    const ledger = new Ledger(rig, first, [second])
    expect((await ledger.scrape(signal)).faults).toEqual([])
    for (const target of [second, first]) {
      await Promise.all([first, second].map((cluster) => runRound(cluster, app)))
      move(proxy, target)
      ledger.watch(target)
      expect((await ledger.scrape(signal, { nothing: () => true })).faults).toEqual([])
      await runRound(target, app)
      const outcome = await ledger.scrape(signal)
      expect(outcome.faults).toEqual([])
      expect(outcome.delta(...calls)).toBe(oneRound.calls)
    }
  })
})
