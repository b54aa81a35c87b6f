import type { Cluster } from '../../src/demo/embedded-postgres/cluster.ts'
import { median } from '../median.ts'
import type { Report } from '../table.ts'
import { startServer } from '../tables-server.ts'
import { watch } from './watched.ts'

const rounds = 9
const sizes = [500, 10_000] as const
const indexesPerTable = 2
const sliced = ['index', 'index_size', 'table', 'table_io', 'table_size'] as const
const aims = { visitMs: 200, meanMs: 3, p95Ms: 8 } as const

/** What the statements of one query took in one visit, milliseconds each. */
type Visit = readonly number[]

/** Server time of each slice of the big results, and whether it grows with the number of slices. */
export async function slices(): Promise<Report> {
  const bySize: ReadonlyMap<string, readonly Visit[]>[] = []
  for (const tables of sizes) bySize.push(await visitsOf(tables))
  const [few = new Map<string, Visit[]>(), many = new Map<string, Visit[]>()] = bySize
  return {
    title: 'Slices of 10,000 tables with two indexes each, beside those of 500',
    headings: [
      'query',
      'slices',
      'server ms a visit',
      'aim',
      'a slice',
      'aim',
      '95th percentile',
      'aim',
      'a slice of 500',
    ],
    rows: sliced.map((query) => {
      const visits = many.get(query) ?? []
      const aim = (value: number) => (query === 'index' ? value : '')
      const all = visits.flat().toSorted((a, b) => a - b)
      return [
        query,
        median(visits.map(({ length }) => length)),
        median(visits.map(sum)),
        aim(aims.visitMs),
        sum(all) / all.length,
        aim(aims.meanMs),
        all[Math.floor(0.95 * all.length)] ?? 0,
        aim(aims.p95Ms),
        // The last of a visit is a part of a slice.
        mean((few.get(query) ?? []).flatMap((visit) => visit.slice(0, -1))),
      ]
    }),
    notes: [
      `Of ${rounds} visits of PostgreSQL 18, every query due; parsing, planning and execution as the server's log has them.`,
      'A visit: the median. Slices have 300 rows; the last one of a visit has fewer, and is left out in the last column.',
    ],
  }
}

async function visitsOf(tables: number): Promise<ReadonlyMap<string, readonly Visit[]>> {
  await using cluster = await startServer(tables, indexesPerTable)
  await cluster.query('ALTER ROLE otelephant SET log_min_duration_statement = 0')
  await using watched = watch(cluster, 100, ['shop'])
  // The first connects, reads the capabilities and composes the queries.
  await watched.scrape()
  const visits = new Map<string, Visit[]>()
  for (let round = 0; round < rounds; round++) {
    const from = (await cluster.log()).length
    await watched.scrape()
    for (const [query, times] of await timesSince(cluster, from))
      visits.set(query, [...(visits.get(query) ?? []), times])
  }
  return visits
}

/** A statement has up to three lines; the first, about parsing, comes once a connection for what is asked over and over. */
const duration = /duration: (?<ms>[\d.]+) ms {2}(?<step>parse|bind|execute) [^\n]*?\/\* otelephant (?<query>\w+) \*\//g

async function timesSince(cluster: Cluster, from: number): Promise<ReadonlyMap<string, Visit>> {
  const times = new Map<string, number[]>()
  const parsing = new Map<string, number>()
  for (const { groups } of (await cluster.log()).slice(from).matchAll(duration)) {
    const { ms, step, query = '' } = groups ?? {}
    if (step === 'parse') {
      parsing.set(query, Number(ms))
      continue
    }
    const known = times.get(query) ?? []
    if (step === 'bind') {
      known.push(parsing.get(query) ?? 0)
      parsing.delete(query)
    }
    known[known.length - 1] = (known.at(-1) ?? 0) + Number(ms)
    times.set(query, known)
  }
  return times
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length
}
