import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, onTestFinished, type TestContext, test } from 'vitest'
import type { Cluster } from '../../src/demo/embedded-postgres/cluster.ts'
import { prepareWorkload } from '../matrix/support/workload.ts'
import { app, startWatched } from '../matrix/support/world.ts'
import { LeapingClock } from '../support/leaping-clock.ts'
import { caFile, startTlsFront } from '../support/tls-front.ts'
import { flipBits, flipBitsOfLog, tearLog, truncate } from './support/file-damage.ts'
import { repetitions } from './support/repetitions.ts'
import { type Restart, runRestart } from './support/restart.ts'

const hourMs = 3_600_000
let cluster: Cluster

beforeAll(async () => {
  cluster = await startWatched(18)
  await prepareWorkload(cluster, app)
})

afterAll(() => cluster?.stop('fast'))

async function restart(what: Restart, context: TestContext): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'otef-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await runRestart(what, cluster, folder, context)
}

function leapt(ms: number): LeapingClock {
  const clock = new LeapingClock()
  clock.leap(ms)
  return clock
}

const plain: readonly Restart[] = [
  { name: 'restart with a full queue on disk' },
  { name: 'kill -9 between two transactions, a full queue', killed: true },
  {
    name: 'DNS: the name leads nowhere, mended at a restart',
    first: { sendTo: 'http://otlp.nowhere.invalid:4318' },
  },
  {
    name: 'the clock is set back an hour between two runs',
    first: { clock: leapt(hourMs) },
    clockWentBack: true,
  },
  { name: 'the clock is set an hour ahead between two runs', second: () => ({ clock: leapt(hourMs) }) },
]

for (const one of plain) {
  test(`nothing is lost, nothing counts twice: ${one.name}`, (context) => restart(one, context))
}

test('nothing is lost, nothing counts twice: TLS with a certificate that nobody signed, mended at a restart', async (context) => {
  const fronts = new AsyncDisposableStack()
  onTestFinished(() => fronts.disposeAsync())
  const untrusted = fronts.use(await startTlsFront(9))
  await restart(
    {
      name: 'TLS: a certificate that nobody trusts, ca_file at a restart',
      first: { sendTo: untrusted.url },
      async second(endpoint) {
        const front = fronts.use(await startTlsFront(Number(new URL(endpoint.url).port)))
        return { sendTo: front.url, exporter: { tls: { ca_file: caFile } } }
      },
    },
    context,
  )
})

for (let seed = 1; seed <= repetitions(4, 40); seed++) {
  test(`power is lost while a transaction is written: whatever is torn is as if it had never begun, seed ${seed}`, (context) =>
    restart(
      {
        name: "power loss: a torn write behind the log's last transaction",
        killed: true,
        strike: (file) => tearLog(`${file}-wal`, seed),
      },
      context,
    ))
}

for (const share of [0.9, 0.5, 0.1, 0]) {
  test(`a queue file cut to ${share * 100} % costs what an error tells, and nothing spikes`, (context) =>
    restart({ name: 'queue file truncated', damages: true, strike: (file) => truncate(file, share) }, context))
}

for (let seed = 1; seed <= repetitions(6, 60); seed++) {
  test(`flipped bits in the queue file cost what an error tells, and nothing spikes, seed ${seed}`, (context) =>
    restart(
      { name: 'flipped bits in the queue file', damages: true, strike: (file) => flipBits(file, seed, seed) },
      context,
    ))
}

for (let seed = 1; seed <= repetitions(3, 30); seed++) {
  test(`flipped bits in the log cost what an error tells, and nothing spikes, seed ${seed}`, (context) =>
    restart(
      {
        name: 'flipped bits in the log of a killed collector',
        killed: true,
        damages: true,
        strike: (file) => flipBitsOfLog(`${file}-wal`, seed, seed),
      },
      context,
    ))
}
