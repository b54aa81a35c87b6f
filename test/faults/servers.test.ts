import { afterAll, beforeAll, expect, type TestContext, test } from 'vitest'
import type { Cluster } from '../../src/demo/embedded-postgres/cluster.ts'
import { startEndpoint } from '../../src/demo/endpoint/endpoint.ts'
import { apiKey, type Rig, startRig } from '../matrix/support/rig.ts'
import { prepareWorkload, runRound } from '../matrix/support/workload.ts'
import { app, catchUp, monitor, startWatched } from '../matrix/support/world.ts'
import { eventually } from '../support/eventually.ts'
import { startTcpProxy } from '../support/tcp-proxy.ts'
import { Books, type Findings } from './support/books.ts'
import { delivery } from './support/course.ts'
import { expectBalance } from './support/expectations.ts'
import { record } from './support/fault-row.ts'
import { serverEvents } from './support/server-events.ts'

let cluster: Cluster

beforeAll(async () => {
  cluster = await startWatched(18)
  await prepareWorkload(cluster, app)
})

afterAll(() => cluster?.stop('fast'))

/** The endpoint is away from here until the end of the work. */
async function duringOutage(fault: string, watched: Cluster, context: TestContext, work: Work): Promise<Findings> {
  const { signal } = context
  await using proxy = await startTcpProxy({ target: { host: watched.host, port: watched.port } })
  await using endpoint = await startEndpoint({ apiKey })
  await using rig = await startRig({ endpoint: proxy, username: monitor, newRelic: endpoint, exporter: delivery })
  const books = new Books(watched)
  await books.station(() => rig.scrape(signal))
  endpoint.respondWith(() => ({ status: 503 }))
  await work({ rig, books, moveTo: (server) => moveTo(server) })
  async function moveTo({ host, port }: Cluster): Promise<void> {
    proxy.switchTarget({ host, port })
    proxy.reset()
  }
  const times = endpoint.received.requests().filter(({ status }) => status === 503).length
  endpoint.respondWith(undefined)
  await rig.flush(signal)

  const findings = books.conclude(endpoint.received.points())
  const { consumed, queued, dropped } = expectBalance(rig)
  const { lost, doubled, spikes } = findings
  record(context, { fault, times, points: consumed, dropped, lost, doubled, window: false, spikes })
  expect(findings.faults).toEqual([])
  expect({ doubled, queued, dropped }).toEqual({ doubled: 0, queued: 0, dropped: {} })
  expect(findings.exact.counters).toBeGreaterThan(5)
  expect(endpoint.received.violations()).toEqual([])
  return findings
}

type Work = (scene: {
  readonly rig: Rig
  readonly books: Books
  readonly moveTo: (server: Cluster) => Promise<void>
}) => Promise<void>

for (const { name, act, crash = false } of serverEvents) {
  test(`an endpoint that is away, and meanwhile ${name}: nothing is lost, nothing spikes`, async (context) => {
    const { signal } = context
    await duringOutage(`endpoint away + ${name}`, cluster, context, async ({ rig, books }) => {
      await runRound(cluster, app)
      // What a crash takes with it unseen, nobody can tell.
      await books.station(() => rig.collect(signal))
      await books.note()
      await act(cluster)
      await books.note(crash)
      await runRound(cluster, app)
      await books.station(() => rig.collect(signal))
    })
  })
}

test('an endpoint that is away, and meanwhile a failover: what each server counted arrives', async (context) => {
  const { signal } = context
  await using primary = await startWatched(18)
  await prepareWorkload(primary, app)
  await using standby = await primary.standby()
  await duringOutage('endpoint away + failover to a standby', primary, context, async ({ rig, books, moveTo }) => {
    await runRound(primary, app)
    await books.station(() => rig.collect(signal))
    await catchUp(primary, standby)
    await primary.halt('fast')
    await standby.promote()
    books.watch(standby)
    await moveTo(standby)
    await books.station(() =>
      // Right after the change the collector may still be waiting for the old server's end.
      eventually(() => rig.collect(signal), { intervalMs: 100 }),
    )
    await runRound(standby, app)
    await books.station(() => rig.collect(signal))
  })
})
