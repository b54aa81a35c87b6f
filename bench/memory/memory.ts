import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { setTimeout as delay } from 'node:timers/promises'
import { demoConfig, demoKey } from '../../src/demo/demo-config.ts'
import type { Cluster } from '../../src/demo/embedded-postgres/cluster.ts'
import { startCluster } from '../../src/demo/embedded-postgres.ts'
import { startEndpoint } from '../../src/demo/endpoint/endpoint.ts'
import { startWorkload } from '../../src/demo/workload.ts'
import { firstLine } from '../as-shipped.ts'
import { median } from '../median.ts'
import { type Resident, resident } from '../resident.ts'
import type { Report } from '../table.ts'
import { startServer } from '../tables-server.ts'
import { buildBundle } from './bundle.ts'
import { startCollector } from './collector-process.ts'

const processes = 5
/** After the first scrape has been delivered, between it and the next. */
const idleAfterMs = 15_000
const steadyScrapes = 35
const mebibyte = 1_024 * 1_024
/** After relations of all intervals were read once. */
const readAfterMs = 60_000
const tables = 10_000
const indexesPerTable = 2
const aims = { idle: 85, steady: 100, relations: 143 } as const

interface Sample {
  readonly residentMiB: number
  readonly anonymousMiB: number
  readonly peakMiB: number
}

/** Resident memory of the published program, watching the demo's server from processes of its own. */
export async function memory(): Promise<Report> {
  const directory = await mkdtemp('/tmp/oeb-')
  try {
    const program = await buildBundle(join(directory, 'dist'))
    await using cluster = await startCluster({ major: 18 })
    await using endpoint = await startEndpoint({ apiKey: demoKey, keepPoints: 1_000 })
    const write = async (name: string, config: string) => {
      await writeFile(join(directory, name), config)
      return join(directory, name)
    }
    const idleConfig = await write('idle.yaml', configOf(cluster, endpoint.url, 60))
    const steadyConfig = await write('steady.yaml', configOf(cluster, endpoint.url, 1))
    const bare = await bareNode()
    const stopping = new AbortController()
    const rows: Report['rows'][number][] = [row('bare Node', bare, '')]
    {
      // Makes the role that the collector connects as, and ends at once.
      await using _workload = await startWorkload(cluster, stopping.signal)
    }
    rows.push(row('idle', await sample(program, idleConfig, idleAfterMs, []), aims.idle))
    rows.push(row('idle, started by its name', await sample(program, idleConfig, idleAfterMs, firstLine), aims.idle))
    await using _workload = await startWorkload(cluster, stopping.signal)
    const steadyMs = steadyScrapes * 1_000
    rows.push(row('steady', await sample(program, steadyConfig, steadyMs, []), aims.steady))
    rows.push(row('steady, started by its name', await sample(program, steadyConfig, steadyMs, firstLine), aims.steady))
    {
      await using large = await startServer(tables, indexesPerTable)
      const relationsConfig = await write('relations.yaml', defaultsFor(large, endpoint.url))
      const samples = await sample(program, relationsConfig, readAfterMs, firstLine)
      rows.push(row('many relations, started by its name', samples, aims.relations))
    }
    return {
      title: 'Memory',
      headings: ['the bundle', 'RSS MiB', 'of it anonymous', 'peak MiB', 'aim MiB'],
      rows,
      notes: [
        `Medians of ${processes} processes that run side by side, PostgreSQL 18, every metric enabled.`,
        `Idle: ${idleAfterMs / 1_000} s after the start, between two scrapes of a server without load.`,
        `Steady: after ${steadyScrapes} scrapes, one a second, of the demo's server under its workload.`,
        `Many relations: ${readAfterMs / 1_000} s after the start, when ${tables} tables with ${indexesPerTable} indexes each were read once; metrics and intervals as they are without configuration. Live data is 48 MiB there: what is compared with the next reading of each relation (baselines, and the growth that ranks them), and the program.`,
        `By its name: with the flags of its first line, node ${firstLine.join(' ')}. The part that isn't anonymous is mostly the Node binary, which all processes share.`,
      ],
    }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

function configOf(cluster: Cluster, endpointUrl: string, intervalSeconds: number): string {
  return demoConfig(cluster, endpointUrl)
    .replaceAll(': 4s', `: ${2 * intervalSeconds}s`)
    .replaceAll(': 2s', `: ${intervalSeconds}s`)
}

/** What a user's first configuration has. */
function defaultsFor(cluster: Cluster, endpointUrl: string): string {
  return `receivers:
  postgresql: {endpoint: '${cluster.host}:${cluster.port}', username: otelephant}
exporters:
  newrelic: {endpoint: '${endpointUrl}', api_key: ${demoKey}}
service:
  pipelines:
    metrics: {receivers: [postgresql], exporters: [newrelic]}
    logs: {receivers: [postgresql], exporters: [newrelic]}
`
}

async function sample(program: string, config: string, afterMs: number, flags: readonly string[]): Promise<Sample[]> {
  await using running = new AsyncDisposableStack()
  const collectors = Array.from({ length: processes }, () => running.use(startCollector(program, config, flags)))
  await delay(afterMs)
  return Promise.all(collectors.map(async ({ pid }) => inMegabytes(await resident(pid))))
}

async function bareNode(): Promise<Sample[]> {
  const samples: Sample[] = []
  for (let run = 0; run < processes; run++) {
    const child = spawn(execPath, ['-e', 'process.stdout.write("ready"); setInterval(() => {}, 60_000)'])
    await once(child.stdout, 'data')
    samples.push(inMegabytes(await resident(child.pid ?? 'self')))
    child.kill()
    await once(child, 'exit')
  }
  return samples
}

function inMegabytes({ nowBytes, anonymousBytes, peakBytes }: Resident): Sample {
  return { residentMiB: nowBytes / mebibyte, anonymousMiB: anonymousBytes / mebibyte, peakMiB: peakBytes / mebibyte }
}

function row(name: string, samples: readonly Sample[], aim: number | string) {
  const of = (value: (sample: Sample) => number) => Math.round(median(samples.map(value)))
  return [
    name,
    of(({ residentMiB }) => residentMiB),
    of(({ anonymousMiB }) => anonymousMiB),
    of(({ peakMiB }) => peakMiB),
    aim,
  ]
}
