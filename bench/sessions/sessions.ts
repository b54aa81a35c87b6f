import type { Cluster } from '../../src/demo/embedded-postgres/cluster.ts'
import { readLockGraph } from '../../src/receivers/postgresql/activity/lock-graph.ts'
import { takeSample } from '../../src/receivers/postgresql/activity/session-sample.ts'
import type { Connection } from '../../src/receivers/postgresql/connection/connection.ts'
import { median } from '../median.ts'
import { measuredRole, RoleCost } from '../role-cost.ts'
import { Recording } from '../scrape/recording.ts'
import type { Report } from '../table.ts'
import { costOf, type Way, type WayCost } from '../way.ts'
import { Crowd, type Occupation } from './crowd.ts'
import { ownSampler, ownSession } from './own-session.ts'
import { peerWays } from './peer-ways.ts'
import { startSessionServer } from './server.ts'

const rounds = 31
/** A minute of the sampler's. */
const samples = 60
const signal = AbortSignal.timeout(600_000)

type Row = Report['rows'][number]

const crowds: readonly { readonly count: number; readonly occupation: Occupation; readonly aimMs: number | '' }[] = [
  { count: 200, occupation: 'mixed', aimMs: 1.5 },
  { count: 500, occupation: 'mixed', aimMs: 3 },
  { count: 1_500, occupation: 'mixed', aimMs: 8 },
  { count: 1_500, occupation: 'waiting for one row', aimMs: '' },
]
const aimWithGraphMs = 5
const notes: Readonly<Record<Occupation, readonly string[]>> = {
  mixed: ['Four of five are idle, the others are at 30 different statements.'],
  'waiting for one row': [
    'Samples and graphs: what the sampler really asks in a minute, on a clock that is told to go on; the mean of a sample. A graph is asked for every 5 s at most, and not for a minute after one that took over 10 ms.',
  ],
}

/** What looking at all sessions once costs the server, beside what others ask of the same server. */
export async function sessions(): Promise<readonly Report[]> {
  const reports: Report[] = []
  for (const { count, occupation, aimMs } of crowds) {
    await using cluster = await startSessionServer()
    await using _crowd = await Crowd.on(cluster, count, occupation)
    reports.push({
      title: `${count.toLocaleString('en')} sessions${occupation === 'mixed' ? '' : `, all ${occupation}`}`,
      headings: ['one look', 'server ms', 'aim', 'rows', 'kB on the wire'],
      rows: [...(await ownRows(aimMs, occupation, cluster)), ...(await peerRows(cluster))],
      notes: notes[occupation],
    })
  }
  return reports
}

async function ownRows(aimMs: number | '', occupation: Occupation, cluster: Cluster): Promise<Row[]> {
  await using observer = await cluster.connect()
  const cost = new RoleCost(observer)
  await using session = await ownSession(cluster)
  const row = async (name: string, ask: () => Promise<unknown>, aim: number | ''): Promise<Row> => {
    const serverMs = await medianOf(cost, ask)
    return [name, serverMs, aim, ...(await answerOf(await recorded(name, ask), cluster))]
  }
  const rows = [await row('otelephant: a sample', () => takeSample(session, { byStatement: true }, signal), aimMs)]
  if (occupation === 'waiting for one row') {
    rows.push(await row('otelephant: a graph', () => readLockGraph(session, '0', { names: new Map() }, signal), ''))
    rows.push(await samplerRow(session, cost))
  }
  return rows
}

async function peerRows(cluster: Cluster): Promise<Row[]> {
  const rows: Row[] = []
  for (const way of peerWays) {
    const { serverMs, rows: count, bytes } = await onBareClient(way, rounds, cluster)
    rows.push([way.name, serverMs, '', count, Math.round(bytes / 1_000)])
  }
  return rows
}

/** Rows and kilobytes. */
async function answerOf(way: Way, cluster: Cluster): Promise<[rows: number, kilobytes: number]> {
  const { rows, bytes } = await onBareClient(way, 1, cluster)
  return [rows, Math.round(bytes / 1_000)]
}

async function onBareClient(way: Way, count: number, cluster: Cluster): Promise<WayCost> {
  await using observer = await cluster.connect()
  await using client = await cluster.connect('postgres', measuredRole)
  return await costOf(way, client, new RoleCost(observer), count)
}

/** The mean of a sample, with what the sampler asks besides. */
async function samplerRow(session: Connection, cost: RoleCost): Promise<Row> {
  await using sampler = await ownSampler(session)
  const ms = await cost.of(async () => {
    for (let sample = 0; sample < samples; sample++) await sampler.sample()
  })
  const taken = sampler.asked('session_sample')
  return [`otelephant: ${taken} samples and ${sampler.asked('lock_graph')} graphs`, ms / taken, aimWithGraphMs, '', '']
}

async function medianOf(cost: RoleCost, ask: () => Promise<unknown>): Promise<number> {
  await ask()
  const times: number[] = []
  for (let round = 0; round < rounds; round++) times.push(await cost.of(ask))
  return median(times)
}

/** What it sends, as others would send it. */
async function recorded(name: string, ask: () => Promise<unknown>): Promise<Way> {
  using recording = new Recording()
  const visits = await recording.during(async () => {
    await ask()
  })
  return { name, statements: visits.flatMap(({ statements }) => statements) }
}
