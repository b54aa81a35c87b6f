import { join } from 'node:path'
import { z } from 'zod'
import type { Cluster } from '../../src/demo/embedded-postgres/cluster.ts'
import { runChild } from '../child.ts'
import { median } from '../median.ts'
import type { Visit } from '../scrape/recording.ts'
import type { Report } from '../table.ts'
import type { Way } from '../way.ts'
import { type CycleCosts, type Cycles, collectorCycles, marker } from './collector-cycles.ts'
import { collectorMemory } from './collector-memory.ts'
import { peerWays } from './peer-ways.ts'
import { fillStatements, startStatementServer } from './server.ts'

/** Longer than the pause between two readings of texts. */
const cycles = 25
const rounds = 15
const aimMs = 25
const measured = z.object({ serverMs: z.number(), rows: z.number(), bytes: z.number(), peakBytes: z.number() })

type Row = Report['rows'][number]

/** What it costs to read 5,000 statements of 10 kB, beside what others ask of the same server. */
export async function statements(): Promise<readonly Report[]> {
  const ways = await waysReport()
  return [...ways, await collectorMemory()]
}

async function waysReport(): Promise<Report[]> {
  await using cluster = await startStatementServer()
  await fillStatements(cluster)
  const few = await collectorCycles(cluster, 'default', cycles)
  const all = await collectorCycles(cluster, 'all', cycles)
  const rows = [
    await ownRow('otelephant, default metrics', few, cluster),
    await ownRow('otelephant, every metric', all, cluster),
  ]
  for (const way of peerWays) rows.push(wayRow(way.name, await ask(way, '', cluster), ''))
  return [
    {
      title: 'Reading 5,000 statements of 10 kB',
      headings: ['a cycle', 'server ms', 'aim', 'rows', 'kB on the wire', 'client MiB more'],
      rows,
      notes: [
        `PostgreSQL 18; planning and execution by pg_stat_statements. otelephant: the query \`statement\`, median of ${cycles} cycles of the receiver with the metrics of statements alone; 300 of the 5,000 run between two, of which 100 are others each time. For texts see below. The others: medians of ${rounds} rounds of a bare client.`,
        'Client: the peak of a Node process that does nothing but read the answer of that statement, above what it was before.',
        'What others ask is written down after their source, as far as it makes a difference: the function or view, its columns, order and limit.',
      ],
    },
    {
      title: 'Statements beside the counters',
      headings: ['query', 'times in all cycles', 'ms each', 'ms a cycle'],
      rows: [...besides('default metrics', few), ...besides('every metric', all)],
      notes: [
        `Of ${cycles} cycles each, a minute apart on a clock that is told to go on. One reading of texts brings those of a few hundred new statements, and the next waits thousands of times as long as it took.`,
      ],
    },
  ]
}

async function ownRow(name: string, { costs, visit }: Cycles, cluster: Cluster): Promise<Row> {
  const statement = visit.statements.find(({ text }) => text.includes(marker('statement')))
  if (statement === undefined) throw new Error(`${name}: the counters weren't asked for`)
  const asked = await ask({ name, statements: [statement] }, visit.options, cluster)
  return wayRow(name, { ...asked, serverMs: median(costs.map((cost) => msOf(cost, 'statement'))) }, aimMs)
}

function ask(way: Way, options: Visit['options'], { host, port }: Cluster) {
  const file = join(import.meta.dirname, 'way-case.ts')
  return runChild(file, [JSON.stringify({ host, port, rounds, options, way })], measured)
}

function wayRow(name: string, { serverMs, rows, bytes, peakBytes }: z.infer<typeof measured>, aim: number | ''): Row {
  return [name, serverMs, aim, rows, Math.round(bytes / 1_000), peakBytes / 2 ** 20]
}

function besides(name: string, { costs }: Cycles): Row[] {
  return ['statement_texts', 'roles', 'statements_info'].map((query) => {
    const calls = costs.reduce((sum, cost) => sum + (cost.get(query)?.calls ?? 0), 0)
    const ms = costs.reduce((sum, cost) => sum + msOf(cost, query), 0)
    return [`${query}, ${name}`, calls, calls === 0 ? '' : ms / calls, ms / costs.length]
  })
}

function msOf(cost: CycleCosts, query: string): number {
  return cost.get(query)?.ms ?? 0
}
