import { copyFileSync, existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, type TestContext } from 'vitest'
import type { Account } from '../../../src/component/exporter.ts'
import type { Cluster } from '../../../src/demo/embedded-postgres/cluster.ts'
import { type Endpoint, startEndpoint } from '../../../src/demo/endpoint/endpoint.ts'
import type { ReceivedPoint } from '../../../src/demo/endpoint/received-point.ts'
import { apiKey, type Rig, type RigSettings, startRig } from '../../matrix/support/rig.ts'
import { oneRound, startRounds } from '../../matrix/support/workload.ts'
import { app, monitor } from '../../matrix/support/world.ts'
import { totalOf } from '../../support/unexplained-points.ts'
import { Books, type Findings } from './books.ts'
import { delivery, itemsOf } from './course.ts'
import { expectBalance } from './expectations.ts'
import { record } from './fault-row.ts'
import { RecordingStore, undelivered } from './recording-store.ts'

/** A collector that ends with a full queue, and another one that takes the queue over. */
export interface Restart {
  readonly name: string
  readonly first?: Partial<RigSettings>
  readonly second?: (endpoint: Endpoint) => Partial<RigSettings> | Promise<Partial<RigSettings>>
  /** The first one is gone without having put its file in order, as after `kill -9`. */
  readonly killed?: boolean
  /** What happens to the file in between, and how often. */
  readonly strike?: (file: string) => number
  /** Whether that may cost points; an ERROR must tell then. */
  readonly damages?: boolean
  readonly clockWentBack?: boolean
}

/** @returns what was found; the account of a second collector that had nothing to tell balances with nothing lost */
export async function runRestart(
  restart: Restart,
  cluster: Cluster,
  folder: string,
  context: TestContext,
): Promise<Findings> {
  const { signal } = context
  await using endpoint = await startEndpoint({ apiKey })
  const stored: ReceivedPoint[] = []
  const settings = (more: Partial<RigSettings>): RigSettings => ({
    endpoint: cluster,
    username: monitor,
    newRelic: endpoint,
    createStore: (open) => new RecordingStore(open(), stored),
    ...more,
    exporter: { ...delivery, sending_queue: { storage: folder }, ...more.exporter },
  })
  const books = new Books(cluster)
  endpoint.respondWith(() => ({ status: 503 }))
  const firstSettings = settings(restart.first ?? {})
  const begun = await begin(firstSettings, books, signal)
  const queued = await liveFirst(await startRig(firstSettings), cluster, restart, folder, signal)
  const times = restart.strike?.(join(folder, 'newrelic.queue')) ?? queued.times

  endpoint.respondWith(undefined)
  await using second = await startRig(settings((await restart.second?.(endpoint)) ?? {}))
  await books.station(() => second.scrape(signal))

  const arrived = endpoint.received.points()
  const givenUp = undelivered(stored, arrived)
  const errors = second.lines.filter(({ level, message }) => level === 'error' && message.includes('queue'))
  const isLogged = restart.damages === true && errors.length > 0
  // Baselines went back with the requests: what these carried comes again.
  const isBehind = isLogged && errors.every(({ message }) => message.includes('goes on from before'))
  const findings = books.conclude(isBehind ? arrived : [...arrived, ...givenUp], {
    // Without its baseline a series begins anew.
    ignored: () => isLogged && !isBehind,
    clockWentBack: restart.clockWentBack === true,
  })
  const account = expectBalance(second)
  const points = begun.consumed + queued.consumed - begun.queued + account.consumed - queued.queued
  const { lost, doubled, spikes } = findings
  const reason = isBehind ? 'damaged, their increments came again' : 'damaged'
  const droppedByReason = givenUp.length === 0 ? {} : { [reason]: givenUp.length }
  record(context, {
    fault: restart.name,
    times,
    points,
    dropped: droppedByReason,
    lost,
    doubled,
    window: false,
    spikes,
  })
  expect(findings.faults, JSON.stringify(errors)).toEqual([])
  expect(doubled).toBe(0)
  expect(endpoint.received.violations()).toEqual([])
  expect(account.queued).toBe(0)
  if (!isLogged) {
    expect(givenUp).toEqual([])
    expect(totalOf(account.dropped)).toBe(0)
    expect(findings.exact.counters).toBeGreaterThan(10)
    expect(itemsOf(findings)).toEqual([oneRound.ins, oneRound.upd, oneRound.del].map((each) => each * queued.rounds))
  }
  return findings
}

/** Lays the baselines, and brings them into the database proper when it ends. */
async function begin(settings: RigSettings, books: Books, signal: AbortSignal): Promise<Account> {
  const rig = await startRig(settings)
  await books.station(() => rig.collect(signal))
  await rig[Symbol.asyncDispose]()
  return expectBalance(rig)
}

/** The first collector's life, in which nothing can be delivered. */
async function liveFirst(
  first: Rig,
  cluster: Cluster,
  { killed = false }: Restart,
  folder: string,
  signal: AbortSignal,
) {
  await using rig = first
  await using rounds = await startRounds(cluster, app)
  for (let scrape = 0; scrape < 3; scrape++) {
    await rounds.another()
    await rig.collect(signal)
  }
  const image = killed ? new FileImage(join(folder, 'newrelic.queue')) : undefined
  const requests = await rig.counted('otelephant_exporter_requests', 'status')
  await rig[Symbol.asyncDispose]()
  image?.restore()
  const { consumed, queued } = expectBalance(rig)
  expect(queued).toBeGreaterThan(50)
  return { consumed, queued, rounds: await rounds.stop(), times: totalOf(Object.fromEntries(requests)) }
}

/** A database and its log as they were at one moment between two transactions. */
class FileImage {
  readonly #file: string

  constructor(file: string) {
    this.#file = file
    for (const suffix of ['', '-wal']) copyFileSync(`${file}${suffix}`, `${file}${suffix}.image`)
  }

  restore(): void {
    for (const suffix of ['', '-wal']) {
      const image = `${this.#file}${suffix}.image`
      copyFileSync(image, `${this.#file}${suffix}`)
      rmSync(image)
    }
    if (existsSync(`${this.#file}-journal`)) throw new Error('there is a rollback journal')
  }
}
