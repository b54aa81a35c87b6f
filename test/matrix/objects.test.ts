import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Cluster } from '../../src/demo/embedded-postgres/cluster.ts'
import { oldestMajor } from '../support/postgres.ts'
import { databaseChanges } from './support/database-changes.ts'
import { indexChanges } from './support/index-changes.ts'
import { Ledger } from './support/ledger.ts'
import { type Rig, startRig } from './support/rig.ts'
import { tableChanges } from './support/table-changes.ts'
import { prepareWorkload, runRound } from './support/workload.ts'
import { app, monitor, startWatched } from './support/world.ts'

const none = () => false

function attributesOf(path: string): Record<string, string> {
  const [database = '', table = '', index] = path.split(' ')
  const [schema = ''] = table.split('.')
  return {
    'postgresql.database.name': database,
    ...(index === undefined ? {} : { 'postgresql.index.name': index }),
    'postgresql.schema.name': schema,
    'postgresql.table.name': table,
  }
}

describe.each(oldestMajor)('PostgreSQL %i counts neither too much nor too little over', (major) => {
  let cluster: Cluster
  let rig: Rig
  let ledger: Ledger

  beforeAll(async () => {
    cluster = await startWatched(major)
    await prepareWorkload(cluster, app)
    rig = await startRig({ endpoint: cluster, username: monitor })
    ledger = new Ledger(rig, cluster)
    expect((await ledger.scrape(AbortSignal.timeout(20_000))).faults).toEqual([])
  })

  afterAll(async () => {
    await rig?.[Symbol.asyncDispose]()
    await cluster?.stop('fast')
  })

  for (const { name, prepare, act, inserted = {}, scanned = {}, ...series } of [
    ...tableChanges,
    ...indexChanges,
    ...databaseChanges,
  ]) {
    test(name, async ({ signal }) => {
      await prepare?.(cluster)
      const before = await ledger.scrape(signal, {
        nothing: series.unknownBefore ?? none,
        lossy: series.doubled ?? none,
      })
      expect(before.faults).toEqual([])
      await ledger.note()
      await act(cluster)
      const after = await ledger.scrape(signal, {
        nothing: series.unknown ?? none,
        // The blocks that were read to build it, and nothing like the thousands that were read through it.
        atMost: (label) => (series.doubled?.(label) ? 100 : undefined),
      })
      expect(after.faults).toEqual([])
      for (const [path, rows] of Object.entries(inserted)) {
        const attributes = { ...attributesOf(path), operation: 'ins' }
        expect.soft([path, after.delta('postgresql.operations', attributes)]).toEqual([path, rows])
      }
      for (const [path, scans] of Object.entries(scanned)) {
        expect.soft([path, after.delta('postgresql.index.scans', attributesOf(path))]).toEqual([path, scans])
      }
      await runRound(cluster, app)
      expect((await ledger.scrape(signal)).faults).toEqual([])
    })
  }
})
