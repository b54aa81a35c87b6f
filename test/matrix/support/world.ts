import { expect } from 'vitest'
import type { Cluster } from '../../../src/demo/embedded-postgres/cluster.ts'
import type { Major } from '../../../src/demo/embedded-postgres/major.ts'
import { eventually } from '../../support/eventually.ts'
import { startTestCluster } from '../../support/postgres.ts'

/** The database of the workload. */
export const app = 'app'

export const monitor = 'monitor'

const settings = {
  // It would add to the counters at its own times.
  autovacuum: 'off',
  // Tells the collector's lines in the server's log from the tests'.
  log_line_prefix: '%a: ',
  max_wal_senders: '8',
}

/** A cluster with a role that has pg_monitor and nothing else. */
export async function startWatched(major: Major): Promise<Cluster> {
  const cluster = await startTestCluster({ major, settings })
  await cluster.query(`CREATE ROLE ${monitor} LOGIN IN ROLE pg_monitor`)
  return cluster
}

/** Resolves when the standby has replayed all that the primary has written until now. */
export async function catchUp(primary: Cluster, standby: Cluster): Promise<void> {
  const [written] = await primary.query('SELECT pg_current_wal_lsn()::text AS lsn')
  const sql = `SELECT pg_last_wal_replay_lsn() >= '${String(written?.['lsn'])}' AS replayed`
  await eventually(async () => expect(await standby.query(sql)).toEqual([{ replayed: true }]), { timeoutMs: 20_000 })
}
