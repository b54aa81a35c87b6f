import { afterAll, beforeAll, test } from 'vitest'
import type { Cluster } from '../../src/demo/embedded-postgres/cluster.ts'
import { prepareWorkload } from '../matrix/support/workload.ts'
import { app, startWatched } from '../matrix/support/world.ts'
import { runCourse } from './support/course.ts'
import { answerFaults } from './support/response-faults.ts'

let cluster: Cluster

beforeAll(async () => {
  cluster = await startWatched(18)
  await prepareWorkload(cluster, app)
})

afterAll(() => cluster?.stop('fast'))

for (const fault of answerFaults) {
  test(`nothing is lost, nothing counts twice: ${fault.name}`, (context) => runCourse(fault, cluster, context))
}
