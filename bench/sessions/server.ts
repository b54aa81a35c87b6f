import type { Cluster } from '../../src/demo/embedded-postgres/cluster.ts'
import { startCluster } from '../../src/demo/embedded-postgres.ts'
import { measuredRole } from '../role-cost.ts'

/** A server with room for many sessions. */
export async function startSessionServer(): Promise<Cluster> {
  const cluster = await startCluster({
    major: 18,
    settings: {
      autovacuum: 'off',
      max_connections: '1600',
      shared_buffers: '32MB',
      // Each waiter looks for a deadlock once, with all locking stopped: 1,500 at once are busy with that for minutes.
      deadlock_timeout: '1h',
      'pg_stat_statements.track_planning': 'on',
    },
  })
  await cluster.query(`CREATE ROLE ${measuredRole} LOGIN IN ROLE pg_monitor; CREATE ROLE app LOGIN`)
  await cluster.query('CREATE EXTENSION pg_stat_statements')
  await cluster.query(
    'CREATE TABLE stock (id int PRIMARY KEY, n int); INSERT INTO stock VALUES (1, 0); GRANT SELECT, UPDATE ON stock TO app',
  )
  return cluster
}
