import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Cluster } from '../../src/demo/embedded-postgres/cluster.ts'
import type { Major } from '../../src/demo/embedded-postgres/major.ts'
import { oneMajor } from '../support/postgres.ts'
import { Ledger } from './support/ledger.ts'
import { type Rig, startRig } from './support/rig.ts'
import { oneRound, prepareWorkload, runRound, untilReset } from './support/workload.ts'
import { app, monitor, startWatched } from './support/world.ts'

interface Reset {
  readonly name: string
  readonly since?: Major
  readonly until?: Major
  readonly act: (cluster: Cluster) => Promise<void>
  /** How many of the two rounds around it the counters of the workload's table still tell. */
  readonly rounds: 1 | 2
  readonly crash?: boolean
}

const resetOf = (view: string) => `SELECT stats_reset::text FROM ${view}`
const bgwriter = resetOf('pg_stat_bgwriter')
const databases = "SELECT datname, stats_reset::text FROM pg_stat_database WHERE datname = 'app'"

/** A statement that moves what the query says. */
const statement = (sql: string, moves: string, database?: string) => (cluster: Cluster) =>
  untilReset(cluster, () => cluster.query(sql, database), moves, database)

/** A fall tells of a reset only where there was something to fall from: two that zero the table never follow each other. */
const resets: readonly Reset[] = [
  { name: 'nothing at all', act: async () => {}, rounds: 2 },
  {
    name: 'a crash: SIGKILL of one backend',
    async act(cluster) {
      await using client = await cluster.connect()
      const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
      const crash = async () => cluster.signalBackend(Number(rows[0]?.pid), 'SIGKILL')
      await untilReset(cluster, crash, bgwriter)
    },
    rounds: 1,
    crash: true,
  },
  { name: 'a checkpoint', act: async (cluster) => void (await cluster.query('CHECKPOINT')), rounds: 2 },
  {
    name: 'an immediate stop and a start',
    act: (cluster) => untilReset(cluster, () => cluster.restart('immediate'), bgwriter),
    rounds: 1,
    crash: true,
  },
  { name: 'a clean restart', act: (cluster) => cluster.restart('fast'), rounds: 2 },
  {
    name: "a reset of one table's counters",
    act: statement("SELECT pg_stat_reset_single_table_counters('items'::regclass)", databases, app),
    rounds: 1,
  },
  {
    name: "a reset of another table's counters",
    act: statement("SELECT pg_stat_reset_single_table_counters('other'::regclass)", databases, app),
    rounds: 2,
  },
  { name: "a reset of the database's counters", act: statement('SELECT pg_stat_reset()', databases, app), rounds: 1 },
  {
    name: "a reset of one function's counters",
    act: statement("SELECT pg_stat_reset_single_function_counters('touch(int)'::regprocedure)", databases, app),
    rounds: 2,
  },
  {
    name: 'a crash after a reset of every witness',
    async act(cluster) {
      await cluster.query("SELECT pg_stat_reset_shared('bgwriter'), pg_stat_reset_shared('archiver')")
      await untilReset(cluster, () => cluster.restart('immediate'), bgwriter)
    },
    rounds: 1,
    crash: true,
  },
  {
    name: "a reset of another database's counters",
    act: statement(
      'SELECT pg_stat_reset()',
      "SELECT stats_reset::text FROM pg_stat_database WHERE datname = 'postgres'",
    ),
    rounds: 2,
  },
  { name: 'a reset of bgwriter', act: statement("SELECT pg_stat_reset_shared('bgwriter')", bgwriter), rounds: 2 },
  {
    name: 'a reset of archiver',
    act: statement("SELECT pg_stat_reset_shared('archiver')", resetOf('pg_stat_archiver')),
    rounds: 2,
  },
  {
    name: 'a reset of bgwriter and archiver in one statement',
    act: statement("SELECT pg_stat_reset_shared('bgwriter'), pg_stat_reset_shared('archiver')", bgwriter),
    rounds: 2,
  },
  {
    name: 'a reset of pg_stat_statements',
    act: async (cluster) => void (await cluster.query('SELECT pg_stat_statements_reset()')),
    rounds: 2,
  },
  {
    name: 'a reset of every witness in one statement',
    since: 14,
    act: statement(
      "SELECT pg_stat_reset_shared('bgwriter'), pg_stat_reset_shared('archiver'), pg_stat_reset_shared('wal')",
      resetOf('pg_stat_wal'),
    ),
    rounds: 2,
  },
  {
    name: 'a reset of wal',
    since: 14,
    act: statement("SELECT pg_stat_reset_shared('wal')", resetOf('pg_stat_wal')),
    rounds: 2,
  },
  {
    name: 'a reset of io',
    since: 16,
    act: statement("SELECT pg_stat_reset_shared('io')", 'SELECT max(stats_reset)::text FROM pg_stat_io'),
    rounds: 2,
  },
  {
    name: 'a reset of the checkpointer',
    since: 17,
    act: statement("SELECT pg_stat_reset_shared('checkpointer')", resetOf('pg_stat_checkpointer')),
    rounds: 2,
  },
  {
    name: 'a reset of everything shared, without argument',
    since: 17,
    act: statement('SELECT pg_stat_reset_shared()', resetOf('pg_stat_wal')),
    rounds: 2,
  },
]

describe.each(oneMajor)('PostgreSQL %i counts neither too much nor too little over', (major) => {
  let cluster: Cluster
  let rig: Rig
  let ledger: Ledger

  beforeAll(async () => {
    cluster = await startWatched(major)
    await cluster.query('CREATE EXTENSION pg_stat_statements')
    await prepareWorkload(cluster, app)
    rig = await startRig({ endpoint: cluster, username: monitor })
    ledger = new Ledger(rig, cluster)
    expect((await ledger.scrape(AbortSignal.timeout(20_000))).faults).toEqual([])
  })

  afterAll(async () => {
    await rig?.[Symbol.asyncDispose]()
    await cluster?.stop('fast')
  })

  for (const { name, since = 13, until = 18, act, rounds, crash = false } of resets) {
    if (major < since || major > until) continue
    test(name, async ({ signal }) => {
      await runRound(cluster, app)
      await ledger.note()
      await act(cluster)
      await ledger.note(crash)
      await runRound(cluster, app)
      const outcome = await ledger.scrape(signal)
      expect(outcome.faults).toEqual([])
      const table = {
        'postgresql.database.name': app,
        'postgresql.schema.name': 'public',
        'postgresql.table.name': 'public.items',
      }
      const counted = ['ins', 'upd', 'del'].map((operation) =>
        outcome.delta('postgresql.operations', { ...table, operation }),
      )
      expect(counted).toEqual([oneRound.ins, oneRound.upd, oneRound.del].map((each) => rounds * each))
    })
  }
})
