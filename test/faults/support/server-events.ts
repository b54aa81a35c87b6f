import type { Cluster } from '../../../src/demo/embedded-postgres/cluster.ts'
import { untilReset } from '../../matrix/support/workload.ts'
import { app } from '../../matrix/support/world.ts'

/** Something that happens to the server while the endpoint is away. */
export interface ServerEvent {
  readonly name: string
  readonly act: (cluster: Cluster) => Promise<void>
  /** Whether all counters begin anew. */
  readonly crash?: boolean
}

const resetOf = (view: string) => `SELECT stats_reset::text FROM ${view}`
const bgwriter = resetOf('pg_stat_bgwriter')
const ofApp = `SELECT datname, stats_reset::text FROM pg_stat_database WHERE datname = '${app}'`

const statement = (sql: string, moves: string, database?: string) => (cluster: Cluster) =>
  untilReset(cluster, () => cluster.query(sql, database), moves, database)

export const serverEvents: readonly ServerEvent[] = [
  {
    name: 'SIGKILL of one backend',
    async act(cluster) {
      await using client = await cluster.connect()
      const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
      const kill = async () => cluster.signalBackend(Number(rows[0]?.pid), 'SIGKILL')
      await untilReset(cluster, kill, bgwriter)
    },
    crash: true,
  },
  {
    name: 'immediate stop and start of the server',
    act: (cluster) => untilReset(cluster, () => cluster.restart('immediate'), bgwriter),
    crash: true,
  },
  { name: 'clean restart of the server', act: (cluster) => cluster.restart('fast') },
  { name: 'pg_stat_reset()', act: statement('SELECT pg_stat_reset()', ofApp, app) },
  {
    name: "reset of one table's counters",
    act: statement("SELECT pg_stat_reset_single_table_counters('items'::regclass)", ofApp, app),
  },
  { name: 'reset of bgwriter', act: statement("SELECT pg_stat_reset_shared('bgwriter')", bgwriter) },
  { name: 'reset of everything shared', act: statement('SELECT pg_stat_reset_shared()', resetOf('pg_stat_wal')) },
  {
    name: 'a crash after a reset of everything shared',
    async act(cluster) {
      await cluster.query('SELECT pg_stat_reset_shared()')
      await untilReset(cluster, () => cluster.restart('immediate'), bgwriter)
    },
    crash: true,
  },
]
