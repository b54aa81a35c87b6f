import { expect, type TestContext } from 'vitest'
import type { Cluster } from '../../../src/demo/embedded-postgres/cluster.ts'
import { startEndpoint } from '../../../src/demo/endpoint/endpoint.ts'
import type { ReceivedPoint } from '../../../src/demo/endpoint/received-point.ts'
import { apiKey, startRig } from '../../matrix/support/rig.ts'
import { oneRound, startRounds } from '../../matrix/support/workload.ts'
import { app, monitor } from '../../matrix/support/world.ts'
import { eventually } from '../../support/eventually.ts'
import { LeapingClock } from '../../support/leaping-clock.ts'
import { startTcpProxy } from '../../support/tcp-proxy.ts'
import { Books } from './books.ts'
import { expectBalance } from './expectations.ts'
import type { Fault, Scene } from './fault.ts'
import { record } from './fault-row.ts'
import { RecordingStore, undelivered } from './recording-store.ts'
import { Refusals } from './refusals.ts'

/** Pauses so short that nothing waits for long, and a time-out that no honest answer reaches, on a busy machine either. */
export const delivery = {
  timeout: '10s',
  retry_on_failure: { initial_interval: '20ms', max_interval: '60ms' },
}

/** The server works, the collector scrapes, the fault comes and goes: then everything must have arrived. */
export async function runCourse(fault: Fault, cluster: Cluster, context: TestContext): Promise<void> {
  const { signal } = context
  const clock = new LeapingClock()
  const stored: ReceivedPoint[] = []
  await using endpoint = await startEndpoint({ apiKey, now: () => clock.now() })
  await using proxy = await startTcpProxy({ target: { host: '127.0.0.1', port: Number(new URL(endpoint.url).port) } })
  await using rig = await startRig({
    endpoint: cluster,
    username: monitor,
    clock,
    newRelic: endpoint,
    sendTo: `http://${proxy.host}:${proxy.port}`,
    exporter: { ...delivery, ...fault.exporter },
    createStore: (open, settings) => new RecordingStore(fault.createStore?.(settings) ?? open(), stored),
  })
  const scene: Scene = { endpoint, proxy, clock, rig, refused: new Refusals() }
  const books = new Books(cluster)
  await books.station(() => rig.scrape(signal))
  await using rounds = await startRounds(cluster, app)
  await fault.begin(scene)
  for (let scrape = 0; scrape < (fault.scrapes ?? 3); scrape++) {
    await rounds.another()
    await rig.collect(signal)
    if (fault.leapMs !== undefined) clock.leap(fault.leapMs)
  }
  const times = await eventually(async () => {
    const struck = await (fault.times ?? failures)(scene)
    expect(struck).toBeGreaterThan(0)
    return struck
  })
  await fault.end(scene)
  const done = await rounds.stop()
  // Until there is room again, a scrape may be refused.
  await rig.flush(signal)
  await books.station(() => rig.scrape(signal))

  const { received } = endpoint
  const arrived = [...received.points(), ...scene.refused.points]
  const givenUp = undelivered(stored, arrived)
  const findings = books.conclude([...arrived, ...givenUp])
  const account = expectBalance(rig)
  const { lost, doubled, spikes } = findings
  const window = fault.window === true
  record(context, {
    fault: fault.name,
    times,
    points: account.consumed,
    dropped: account.dropped,
    lost,
    doubled,
    window,
    spikes,
  })
  expect(findings.faults).toEqual([])
  expect(findings.exact.counters).toBeGreaterThan(10)
  expect(itemsOf(findings)).toEqual([oneRound.ins, oneRound.upd, oneRound.del].map((each) => each * done))
  expect(received.violations()).toEqual([])
  if (!window) expect(doubled).toBe(0)
  expect(account.queued).toBe(0)
  const rejected = fault.rejects === true ? { rejected: scene.refused.count } : {}
  expect(account.dropped).toEqual(
    givenUp.length === 0 ? rejected : { ...rejected, [fault.gives ?? '']: givenUp.length },
  )
}

/** What the workload itself knows that it did. */
export function itemsOf({ delta }: ReturnType<Books['conclude']>): readonly number[] {
  const table = {
    'postgresql.database.name': app,
    'postgresql.schema.name': 'public',
    'postgresql.table.name': 'public.items',
  }
  return ['ins', 'upd', 'del'].map((operation) => delta('postgresql.operations', { ...table, operation }))
}

/** Requests that were not answered with 200. */
async function failures({ rig }: Scene): Promise<number> {
  const requests = await rig.counted('otelephant_exporter_requests', 'status')
  return [...requests].reduce((sum, [status, count]) => sum + (status === '200' ? 0 : count), 0)
}
