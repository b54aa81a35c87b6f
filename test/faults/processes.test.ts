import { afterAll, beforeAll, test } from 'vitest'
import type { Cluster } from '../../src/demo/embedded-postgres/cluster.ts'
import { prepareWorkload } from '../matrix/support/workload.ts'
import { app, startWatched } from '../matrix/support/world.ts'
import { lostFileFaults } from './support/lost-file-faults.ts'
import { runProcesses } from './support/process-course.ts'
import { processFaults } from './support/process-faults.ts'
import { repetitions } from './support/repetitions.ts'

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
