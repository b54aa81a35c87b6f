import { join } from 'node:path'
import { expect, type TestContext } from 'vitest'
import { z } from 'zod'
import { metricDefaults, queryIntervals } from '../../../generated/postgresql/config.ts'
import type { Account } from '../../../src/component/exporter.ts'
import type { Cluster } from '../../../src/demo/embedded-postgres/cluster.ts'
import { type Endpoint, type Respond, startEndpoint } from '../../../src/demo/endpoint/endpoint.ts'
import { folderWith, type Otelephant, start } from '../../cli/support/otelephant.ts'
import { licenseKey } from '../../cli/support/secrets.ts'
import { oneRound, startRounds } from '../../matrix/support/workload.ts'
import { app, monitor } from '../../matrix/support/world.ts'
import { unexplainedPoints } from '../../support/unexplained-points.ts'
import { Books } from './books.ts'
import { itemsOf } from './course.ts'
import { record } from './fault-row.ts'
import { RequestCopies } from './request-copies.ts'

/** Most requests in flight at once. */
const consumers = 2

/** What a fault of the process can get at. */
export interface ProcessScene {
  readonly endpoint: Endpoint
  /** Faults of the endpoint; `undefined` ends them. */
  readonly respondWith: (respond: Respond | undefined) => void
  /** Of the queue. */
  readonly file: string
  /** Starts the collector. */
  readonly start: () => Otelephant
}

export interface ProcessFault {
  readonly name: string
  /** Whether a kill may come between the endpoint's 2xx and the removal from the queue. */
  readonly window?: boolean
  /** @returns how often it struck; by then no process runs any more */
  readonly strike: (scene: ProcessScene, signal: AbortSignal) => Promise<number>
}

/** The real program, one process after the other on one folder, while the server works. */
export async function runProcesses(fault: ProcessFault, cluster: Cluster, context: TestContext): Promise<void> {
  await using endpoint = await startEndpoint({ apiKey: licenseKey })
  const cwd = await folderWith({ 'otelephant.yaml': configuration(cluster, endpoint) })
  const args = ['run', '--config', 'otelephant.yaml']
  const copies = new RequestCopies()
  const respondWith = (respond?: Respond) => endpoint.respondWith(copies.counted(respond))
  respondWith()
  const books = new Books(cluster)
  await books.station(() => once(args, cwd))
  await using rounds = await startRounds(cluster, app)
  const scene = { endpoint, respondWith, file: join(cwd, 'queue/newrelic.queue'), start: () => start(args, { cwd }) }
  const times = await fault.strike(scene, context.signal)
  respondWith()
  const done = await rounds.stop()
  await books.station(() => once(args, cwd))

  const { received } = endpoint
  const findings = books.conclude(received.points(), {
    // Not visited: a visit to each database takes a second.
    ignored: (label) => label.includes('"postgresql.database.name":"postgres"'),
  })
  const { lost, doubled, spikes } = findings
  const window = fault.window === true
  const points = received.points().length - doubled
  record(context, { fault: fault.name, times, points, dropped: {}, lost, doubled, window, spikes })
  expect(findings.faults).toEqual([])
  expect(itemsOf(findings)).toEqual([oneRound.ins, oneRound.upd, oneRound.del].map((each) => each * done))
  expect(received.violations()).toEqual([])
  // Only what was in flight when the process died may come again.
  expect(copies.count).toBeLessThanOrEqual(window ? times * consumers : 0)
  if (!window) expect(doubled).toBe(0)
}

/** Two scrapes, and all that is queued is delivered. */
async function once(args: readonly string[], cwd: string): Promise<void> {
  const otelephant = start([...args, '--once'], { cwd })
  expect((await otelephant.ended).code, otelephant.stderr).toBe(0)
  expect(await loggedAccount(otelephant, 'Delivered.')).toMatchObject({ queued: 0, dropped: {} })
}

/** What the exporter's account came to at the end of the process; it must balance. */
export async function loggedAccount(otelephant: Otelephant, message: 'Delivered.' | 'Stopped.'): Promise<Account> {
  const account = accountSchema.parse(await otelephant.logged(message))
  expect(unexplainedPoints(account), JSON.stringify(account)).toBe(0)
  return account
}

const counts = z.record(z.string(), z.number())
const accountSchema: z.ZodType<Account> = z.object({
  consumed: z.number(),
  sent: z.number(),
  queued: z.number(),
  dropped: counts,
  absorbed: counts,
})

function configuration({ host, port }: Cluster, endpoint: Endpoint): string {
  const relations = Object.entries(queryIntervals).filter(([, ms]) => ms !== undefined)
  return JSON.stringify({
    receivers: {
      postgresql: {
        endpoint: `${host}:${port}`,
        username: monitor,
        instance: 'orders',
        databases: [app],
        collection_interval: '1s',
        initial_delay: '0s',
        intervals: Object.fromEntries(relations.map(([query]) => [query, '1s'])),
        metrics: Object.fromEntries(Object.keys(metricDefaults).map((name) => [name, { enabled: true }])),
      },
    },
    exporters: {
      newrelic: {
        endpoint: endpoint.url,
        api_key: licenseKey,
        batch: { flush_timeout: '20ms' },
        retry_on_failure: { initial_interval: '50ms', max_interval: '200ms' },
        sending_queue: { storage: 'queue', num_consumers: consumers },
      },
    },
    service: {
      pipelines: { metrics: { receivers: ['postgresql'], exporters: ['newrelic'] } },
      telemetry: { logs: { encoding: 'json', level: 'debug' } },
    },
  })
}
