import process from 'node:process'
import type { Cluster } from '../../src/demo/embedded-postgres/cluster.ts'
import { median } from '../median.ts'
import type { Report } from '../table.ts'
import { forgetServerTime, serverTime, startServer } from '../tables-server.ts'
import { RawClients } from './raw.ts'
import { Recording } from './recording.ts'
import { slices } from './slices.ts'
import { watch } from './watched.ts'

const rounds = 7
const aimRatio = 1.3
const servers = [
  { name: '10 tables', tables: 10, indexes: 1, ownRows: 100 },
  { name: '10,000 tables, 100 series', tables: 10_000, indexes: 1, ownRows: 100 },
  { name: '10,000 tables, all series', tables: 10_000, indexes: 1, ownRows: 1_000_000 },
  { name: '10,000 tables, two indexes each, 100 series', tables: 10_000, indexes: 2, ownRows: 100 },
] as const

interface Cost {
  readonly clientMs: number
  readonly cpuMs: number
  readonly serverMs: number
}

/** Time of a whole scrape with every metric enabled, beside that of its statements sent by bare clients. */
export async function scrape(): Promise<readonly Report[]> {
  const rows: Report['rows'][number][] = []
  const costs: Report[] = []
  for (const { name, tables, indexes, ownRows } of servers) {
    await using cluster = await startServer(tables, indexes)
    await using watched = watch(cluster, ownRows)
    await using raw = new RawClients(cluster)
    using recording = new Recording()
    const scrapes: Cost[] = []
    const floors: Cost[] = []
    let points = 0
    // The first round connects, reads the capabilities and composes the plans.
    for (let round = 0; round <= rounds; round++) {
      let visits: Awaited<ReturnType<Recording['during']>> = []
      watched.takePoints()
      const scraped = await measure(cluster, async () => {
        visits = await recording.during(() => watched.scrape())
      })
      points = watched.takePoints()
      const floor = await measure(cluster, () => raw.replay(visits))
      if (round > 0) scrapes.push(scraped)
      if (round > 1) floors.push(floor)
    }
    const of = (list: readonly Cost[], key: keyof Cost) => median(list.map((cost) => cost[key]))
    rows.push([
      name,
      points,
      ...(['serverMs', 'clientMs'] as const).flatMap((key) => [
        of(scrapes, key),
        of(floors, key),
        (of(scrapes, key) / of(floors, key)).toFixed(2),
      ]),
      (1_000 * (of(scrapes, 'cpuMs') - of(floors, 'cpuMs'))) / points,
    ])
    costs.push(costReport(name, await watched.costs()))
  }
  return [
    {
      title: 'Scrape',
      headings: [
        'server',
        'points',
        'server ms',
        'raw',
        'ratio',
        'client ms',
        'raw',
        'ratio',
        'CPU ms above raw per 1,000 points',
      ],
      rows,
      notes: [
        `Medians of ${rounds} scrapes of PostgreSQL 18, both scrapers, every query due; aim: ratios of at most ${aimRatio}.`,
        'Server: planning and execution of all statements of the role, from pg_stat_statements. Raw: the same statements, sent by bare clients that connect as often.',
        'Client: from the first byte to the last batch; the batches go nowhere.',
      ],
    },
    ...costs,
    await slices(),
  ]
}

async function measure(cluster: Cluster, work: () => Promise<void>): Promise<Cost> {
  await forgetServerTime(cluster)
  const cpu = process.cpuUsage()
  const startedMs = performance.now()
  await work()
  const clientMs = performance.now() - startedMs
  const { user, system } = process.cpuUsage(cpu)
  return { clientMs, cpuMs: (user + system) / 1_000, serverMs: await serverTime(cluster) }
}

function costReport(server: string, costs: Awaited<ReturnType<ReturnType<typeof watch>['costs']>>): Report {
  return {
    title: `Cost of each query: ${server}`,
    headings: ['query', 'calls', 'ms a call'],
    rows: costs.toSorted((a, b) => b.ms - a.ms).map(({ query, calls, ms }) => [query, calls, ms]),
    notes: [
      'From `otelephant_postgresql_queries` and `otelephant_postgresql_query_duration`: sent to last row, as the client sees it.',
    ],
  }
}
