import pg from 'pg'
import type { Cluster } from '../../src/demo/embedded-postgres/cluster.ts'
import type { Session } from '../../src/receivers/postgresql/session.ts'
import { readLockGraph } from '../../src/receivers/postgresql/sessions/lock-graph.ts'
import { takeSample } from '../../src/receivers/postgresql/sessions/session-sample.ts'
import { median } from '../median.ts'
import { measuredRole, RoleCost } from '../role-cost.ts'
import { Recording } from '../scrape/recording.ts'
import type { Report } from '../table.ts'
import { costOf, type Way } from '../way.ts'
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

/** What looking at all sessions once costs the server, beside what others ask of the same server. */
export async function sessions(): Promise<Report> {
  const rows: Row[] = []
  for (const { count, occupation, aimMs } of crowds) {
    await using cluster = await startSessionServer()
    await using _crowd = await Crowd.on(cluster, count, occupation)
    const name = `${count.toLocaleString('en')} sessions${occupation === 'mixed' ? '' : ` ${occupation}`}`
    rows.push(...(await crowdRows(name, aimMs, occupation, cluster)))
  }
  return {
    title: 'Looking at all sessions',
    headings: ['server and way', 'server ms', 'aim', 'rows', 'kB on the wire'],
    rows,
    notes: [
      `PostgreSQL 18; planning and execution by pg_stat_statements, medians of ${rounds} rounds, of fewer where they would take long. Four of five sessions are idle, the others are at 30 different statements.`,
      `A sample of the sampler: its mean over ${samples} samples, a second apart on a clock that is told to go on, with the graph of who blocks whom as often as it really asks.`,
      'What others ask is written down after their source, as far as it makes a difference; otelcol asks as often as it is told to, Datadog every 1 to 10 s.',
    ],
  }
}

async function crowdRows(name: string, aimMs: number | '', occupation: Occupation, cluster: Cluster): Promise<Row[]> {
  await using observer = await cluster.connect()
  const cost = new RoleCost(observer)
  await using session = await ownSession(cluster)
  const { host, port } = cluster
  const client = new pg.Client({ host, port, database: 'postgres', user: measuredRole })
  await client.connect()
  try {
    const own = async (way: string, ask: () => Promise<unknown>, aim: number | ''): Promise<Row> => {
      const serverMs = await medianOf(cost, ask)
      const { rows, bytes } = await costOf(await recorded(way, ask), client, cost, 1)
      return [`${name}: ${way}`, serverMs, aim, rows, Math.round(bytes / 1_000)]
    }
    const sample = () => takeSample(session, { byStatement: true }, signal)
    const rows = [await own('otelephant, one sample', sample, aimMs)]
    if (occupation === 'waiting for one row') {
      rows.push(await own('otelephant, one graph', () => readLockGraph(session, signal), ''))
      rows.push(await samplerRow(name, session, cost))
    }
    for (const way of peerWays) {
      const { serverMs, rows: count, bytes } = await costOf(way, client, cost, rounds)
      rows.push([`${name}: ${way.name}`, serverMs, '', count, Math.round(bytes / 1_000)])
    }
    return rows
  } finally {
    await client.end()
  }
}

/** The mean of a sample, with what the sampler asks besides. */
async function samplerRow(name: string, session: Session, cost: RoleCost): Promise<Row> {
  await using sampler = await ownSampler(session)
  const ms = await cost.of(async () => {
    for (let sample = 0; sample < samples; sample++) await sampler.sample()
  })
  const taken = sampler.asked('session_sample')
  const way = `otelephant, ${taken} samples and ${sampler.asked('lock_graph')} graphs, a sample`
  return [`${name}: ${way}`, ms / taken, aimWithGraphMs, '', '']
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
