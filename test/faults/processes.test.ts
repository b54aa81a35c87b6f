import { afterAll, beforeAll, test } from 'vitest'
import type { Cluster } from '../../src/demo/embedded-postgres/cluster.ts'
import { prepareWorkload } from '../matrix/workload.ts'
import { app, startWatched } from '../matrix/world.ts'
import { lostFileFaults } from './lost-file-faults.ts'
import { runProcesses } from './process-course.ts'
import { processFaults } from './process-faults.ts'
import { repetitions } from './repetitions.ts'

let cluster: Cluster

beforeAll(async () => {
  cluster = await startWatched(18)
  await prepareWorkload(cluster, app)
})

afterAll(() => cluster?.stop('fast'))

for (const fault of [...processFaults, ...lostFileFaults]) {
  test(
    `nothing is lost, nothing counts twice but in the window: ${fault.name}`,
    (context) => runProcesses(fault, cluster, context),
    repetitions(90_000, 600_000, 300_000),
  )
}
