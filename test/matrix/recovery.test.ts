import { describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { oneMajor } from '../support/postgres.ts'
import { startTcpProxy } from '../support/tcp-proxy.ts'
import { startRig } from './support/rig.ts'
import { prepareWorkload } from './support/workload.ts'
import { app, monitor, startWatched } from './support/world.ts'

const sessions = "SELECT count(*)::int AS sessions FROM pg_stat_activity WHERE application_name = 'otelephant'"

describe.each(oneMajor)('PostgreSQL %i', (major) => {
  test('a server that is killed during a scrape is scraped again when it is back', async ({ signal }) => {
    await using cluster = await startWatched(major)
    await prepareWorkload(cluster, app)
    await using proxy = await startTcpProxy({ target: { host: cluster.host, port: cluster.port } })
    const receiver = { collection_interval: '200ms', initial_delay: '0s' }
    await using rig = await startRig({ endpoint: proxy, username: monitor, receiver })
    const ups = (value: bigint) => rig.received.points({ metric: 'postgresql.up' }).filter((up) => up.value === value)
    await rig.start()
    await rig.waitFor(() => ups(1n).length >= 2, signal)

    // Slow enough that some scrape is under way whenever the server dies.
    await proxy.set({ kind: 'drip', bytes: 20, everyMs: 5 })
    proxy.reset()
    await eventually(async () => expect(await cluster.query(sessions)).not.toEqual([{ sessions: 0 }]))
    await cluster.halt('immediate')
    await rig.waitFor(() => ups(0n).length > 0, signal)

    await proxy.set({ kind: 'pass' })
    const before = ups(1n).length
    await cluster.start()
    await rig.waitFor(() => ups(1n).length >= before + 2, signal)
    expect(ups(0n)[0]?.attributes['error.type']).toEqual(expect.any(String))
    expect(rig.received.violations()).toEqual([])
    expect(rig.received.overlaps()).toEqual([])
    const negative = rig.received.points().filter((point) => point.temporality === 'delta' && point.value < 0)
    expect(negative).toEqual([])
  })
})
