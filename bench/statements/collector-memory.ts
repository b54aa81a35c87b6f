import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { metricDefaults } from '../../generated/postgresql/config.ts'
import { demoKey } from '../../src/demo/demo-config.ts'
import type { Cluster } from '../../src/demo/embedded-postgres/cluster.ts'
import { startEndpoint } from '../../src/demo/endpoint/endpoint.ts'
import { firstLine } from '../as-shipped.ts'
import { median } from '../median.ts'
import { buildBundle } from '../memory/bundle.ts'
import { startCollector } from '../memory/collector-process.ts'
import { forgetPeak, resident } from '../resident.ts'
import { measuredRole } from '../role-cost.ts'
import type { Report } from '../table.ts'
import { fillStatements, startStatementServer } from './server.ts'
import { Traffic } from './traffic.ts'

const processes = 3
const warmUpMs = 20_000
const cycles = 15
/** Long enough that V8 gives back what a cycle left. */
const cycleMs = 3_000
const mebibyte = 1_024 * 1_024
/** 30 MB. */
const aimMebibytes = 28

interface Growth {
  readonly before: number
  readonly after: number
  readonly peak: number
  readonly reader: number
}

/** How much the published program grows when its server comes to know many statements; the same without them beside it. */
export async function collectorMemory(): Promise<Report> {
  const directory = await mkdtemp('/tmp/oeb-')
  try {
    const program = await buildBundle(join(directory, 'dist'))
    await using cluster = await startStatementServer()
    await using endpoint = await startEndpoint({ apiKey: demoKey, keepPoints: 1_000 })
    await using running = new AsyncDisposableStack()
    const start = async (name: string, withStatements: boolean) => {
      const file = join(directory, `${name}.yaml`)
      await writeFile(file, configOf(cluster, endpoint.url, withStatements))
      return Array.from({ length: processes }, () => running.use(startCollector(program, file, firstLine)).pid)
    }
    const watching = await start('with', true)
    const others = await start('without', false)
    const grown = await growthOf([...watching, ...others], cluster)
    return {
      title: 'Memory of a collector whose server comes to know 5,000 statements',
      headings: ['the program', 'RSS before MiB', 'after', 'peak', 'peak less before', 'aim', 'reader of texts, peak'],
      rows: [
        row('that reads statements', grown.slice(0, processes), aimMebibytes),
        row('that does not', grown.slice(processes), ''),
      ],
      notes: [
        `Medians of ${processes} processes each, side by side; default metrics, the event \`db.server.top_query\`, everything delivered.`,
        `Before: after ${warmUpMs / 1_000} s, when the server knows a few dozen statements. Then it comes to know the rest, then ${cycles} cycles of traffic. The query \`statement\` runs every ${cycleMs / 1_000} s and not every minute.`,
        'The reader of texts is a process of its own, which ends 10 s after its last text.',
      ],
    }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

async function growthOf(pids: readonly number[], cluster: Cluster): Promise<Growth[]> {
  await delay(warmUpMs)
  const before = await Promise.all(pids.map((pid) => resident(pid)))
  await Promise.all(pids.map((pid) => forgetPeak(pid)))
  const readers = pids.map(() => 0)
  const look = async () => {
    for (const [at, pid] of pids.entries()) readers[at] = Math.max(readers[at] ?? 0, await peakOfChildren(pid))
  }
  await fillStatements(cluster)
  await using traffic = await Traffic.on(cluster)
  for (let cycle = 0; cycle < cycles; cycle++) {
    const startedMs = performance.now()
    await traffic.cycle()
    await look()
    await delay(Math.max(0, cycleMs - (performance.now() - startedMs)))
  }
  return Promise.all(
    pids.map(async (pid, at): Promise<Growth> => {
      const after = await resident(pid)
      const { nowBytes = 0 } = before[at] ?? {}
      return { before: nowBytes, after: after.nowBytes, peak: after.peakBytes, reader: readers[at] ?? 0 }
    }),
  )
}

/** The largest of a process's children; 0 while it has none. */
async function peakOfChildren(pid: number): Promise<number> {
  const children = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).split(' ').filter(Boolean)
  // One that has ended meanwhile was looked at before.
  const peaks = await Promise.all(
    children.map((child) =>
      resident(Number(child)).then(
        ({ peakBytes }) => peakBytes || 0,
        () => 0,
      ),
    ),
  )
  return Math.max(0, ...peaks)
}

function row(name: string, growths: readonly Growth[], aim: number | string) {
  const of = (value: (growth: Growth) => number) => median(growths.map((growth) => value(growth) / mebibyte))
  const grown = of(({ before, peak }) => peak - before)
  return [name, of(({ before }) => before), of(({ after }) => after), of(({ peak }) => peak), grown, aim].concat(
    of(({ reader }) => reader),
  )
}

function configOf(cluster: Cluster, endpointUrl: string, withStatements: boolean): string {
  const off = Object.keys(metricDefaults).filter((metric) => /^(postgresql\.statement|db\.query)/.test(metric))
  return `receivers:
  postgresql:
    endpoint: ${cluster.host}:${cluster.port}
    username: ${measuredRole}
    collection_interval: ${cycleMs}ms
    initial_delay: 0s
    instance: bench
    intervals: {statement: ${cycleMs}ms, statements_info: ${cycleMs}ms}
    events: {db.server.top_query: {enabled: ${withStatements}}}
    metrics: {${withStatements ? '' : off.map((metric) => `${metric}: {enabled: false}`).join(', ')}}
exporters:
  newrelic:
    endpoint: ${endpointUrl}
    api_key: ${demoKey}
service:
  pipelines:
    metrics: {receivers: [postgresql], exporters: [newrelic]}
    logs: {receivers: [postgresql], exporters: [newrelic]}
`
}
