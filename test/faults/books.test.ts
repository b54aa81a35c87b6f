import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Cluster } from '../../src/demo/embedded-postgres/cluster.ts'
import type { ReceivedPoint } from '../../src/demo/endpoint/received-point.ts'
import { startRig } from '../matrix/support/rig.ts'
import { prepareWorkload, runRound } from '../matrix/support/workload.ts'
import { app, monitor, startWatched } from '../matrix/support/world.ts'
import { Books } from './support/books.ts'

let cluster: Cluster
let books: Books
let points: readonly ReceivedPoint[]

beforeAll(async () => {
  cluster = await startWatched(18)
  await prepareWorkload(cluster, app)
  books = new Books(cluster)
  const signal = AbortSignal.timeout(20_000)
  await using rig = await startRig({ endpoint: cluster, username: monitor })
  for (let scrape = 0; scrape < 3; scrape++) {
    await books.station(() => rig.scrape(signal))
    await runRound(cluster, app)
  }
  points = rig.received.points()
})

afterAll(() => cluster?.stop('fast'))

/** Deletes of the workload's table, twice 3 of them. */
function isDeletes({ metric, attributes }: ReceivedPoint): boolean {
  return (
    metric === 'postgresql.operations' &&
    attributes['operation'] === 'del' &&
    attributes['postgresql.table.name'] === 'public.items'
  )
}

test('the books are in order when everything arrived once, in whatever order', () => {
  const { faults, lost, doubled, spikes, exact } = books.conclude(points.toReversed())
  expect({ faults, lost, doubled, spikes }).toEqual({ faults: [], lost: 0, doubled: 0, spikes: 0 })
  expect(exact.counters).toBeGreaterThan(10)
})

test('a point that is missing is a loss of its increments', () => {
  const first = points.findIndex(isDeletes)
  const { faults, lost } = books.conclude(points.toSpliced(first, 1))
  expect(lost).toBe(3)
  expect(faults).toMatchObject([expect.stringMatching(/^loss of 3: postgresql.operations .*"del"/)])
})

test('a copy of a point is counted, and no more than that', () => {
  const { faults, doubled } = books.conclude([...points, ...points.filter(isDeletes)])
  expect({ faults, doubled }).toEqual({ faults: [], doubled: 2 })
})

test('increments that are counted again in another window are a spike and an overlap', () => {
  const again = points.filter(isDeletes).map((point) => ({ ...point, startNs: point.startNs - 1n }))
  const { faults, spikes } = books.conclude([...points, ...again])
  expect(spikes).toBe(1)
  expect(faults).toContainEqual(expect.stringMatching(/^spike: 12 of 6: postgresql.operations/))
  expect(faults).toContainEqual(expect.stringMatching(/^overlap: postgresql.operations/))
})

test('a counter that the server does not have is a fault', () => {
  const invented = points.filter(isDeletes).map((point) => ({ ...point, metric: 'postgresql.unheard_of' }))
  expect(books.conclude([...points, ...invented]).faults).toMatchObject([
    expect.stringMatching(/^unknown to the server: 6/),
  ])
})
