import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, test, vi } from 'vitest'
import type { Cluster } from '../../src/demo/embedded-postgres/cluster.ts'
import { canMount, smallDisk } from '../exporters/otlp/queue/support/small-disk.ts'
import { prepareWorkload } from '../matrix/support/workload.ts'
import { app, startWatched } from '../matrix/support/world.ts'
import { clockFaults } from './support/clock-faults.ts'
import { runCourse } from './support/course.ts'
import { fullDisk, queueFaults } from './support/queue-faults.ts'

const folder = await mkdtemp(join(tmpdir(), 'otef-'))
let cluster: Cluster

beforeAll(async () => {
  cluster = await startWatched(18)
  await prepareWorkload(cluster, app)
})

afterAll(async () => {
  await cluster?.stop('fast')
  await rm(folder, { recursive: true })
})

afterEach(() => vi.restoreAllMocks())

for (const fault of [...queueFaults(folder), ...clockFaults]) {
  test(`nothing is lost untold, nothing counts twice: ${fault.name}`, (context) => runCourse(fault, cluster, context))
}

test.skipIf(!canMount)('nothing is lost, nothing counts twice: a full disk', async (context) => {
  using disk = smallDisk(12_000)
  await runCourse(fullDisk(disk.path), cluster, context)
})
