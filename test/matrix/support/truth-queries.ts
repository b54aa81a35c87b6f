import type { Major } from '../../../src/demo/embedded-postgres/major.ts'

/** One counter of every row. */
interface Counter {
  readonly column: string
  readonly metric: string
  readonly attributes?: Readonly<Record<string, string>>
}

/** Counters as the server's own views say them, without the collector's metadata. */
export interface TruthQuery {
  /** Gives `id`, `database`, the columns of `labels` and those of `counters`. */
  readonly sql: string
  /** Attribute -> column. */
  readonly labels: Readonly<Record<string, string>>
  readonly counters: readonly Counter[]
  /**
   * What tells that a fall is a reset: `row` is a column `stats_reset` that moves with just these counters, `elsewhere`
   * another view's, `nothing` where a sum may shrink by itself.
   */
  readonly reset: 'row' | 'elsewhere' | 'nothing'
  /** Whether a new row may have taken over another's counters. */
  readonly inherits?: true
}

const databaseLabels = { 'postgresql.database.name': 'database' }
const relationLabels = { ...databaseLabels, 'postgresql.schema.name': 'schema', 'postgresql.table.name': 'relation' }

function counters(metric: string, attribute: string, columns: Readonly<Record<string, string>>): Counter[] {
  return Object.entries(columns).map(([value, column]) => ({ column, metric, attributes: { [attribute]: value } }))
}

/** In every monitored database. */
export const databaseTruths: readonly TruthQuery[] = [
  {
    sql: `SELECT relid AS id, current_database() AS database, t.schemaname AS schema,
        t.schemaname || '.' || t.relname AS relation, t.*, i.*
      FROM pg_stat_user_tables AS t JOIN pg_statio_user_tables AS i USING (relid)`,
    labels: relationLabels,
    counters: [
      ...counters('postgresql.operations', 'operation', {
        del: 'n_tup_del',
        hot_upd: 'n_tup_hot_upd',
        ins: 'n_tup_ins',
        upd: 'n_tup_upd',
      }),
      ...counters('postgresql.blocks_read', 'source', {
        heap_hit: 'heap_blks_hit',
        heap_read: 'heap_blks_read',
      }),
      { column: 'seq_scan', metric: 'postgresql.sequential_scans' },
      { column: 'vacuum_count', metric: 'postgresql.table.vacuum.count' },
    ],
    reset: 'elsewhere',
  },
  {
    sql: `SELECT relid AS id, current_database() AS database, schemaname AS schema,
        schemaname || '.' || relname AS relation, i.* FROM pg_statio_user_tables AS i`,
    labels: relationLabels,
    counters: counters('postgresql.blocks_read', 'source', {
      idx_hit: 'idx_blks_hit',
      idx_read: 'idx_blks_read',
      tidx_hit: 'tidx_blks_hit',
      tidx_read: 'tidx_blks_read',
      toast_hit: 'toast_blks_hit',
      toast_read: 'toast_blks_read',
    }),
    reset: 'nothing',
  },
  {
    sql: `SELECT indexrelid AS id, current_database() AS database, schemaname AS schema,
        schemaname || '.' || relname AS relation, indexrelname, idx_scan FROM pg_stat_user_indexes`,
    labels: { ...relationLabels, 'postgresql.index.name': 'indexrelname' },
    counters: [{ column: 'idx_scan', metric: 'postgresql.index.scans' }],
    reset: 'elsewhere',
    inherits: true,
  },
  {
    sql: `SELECT funcid AS id, current_database() AS database, schemaname AS schema, funcname, calls
      FROM pg_stat_user_functions`,
    labels: { ...databaseLabels, 'postgresql.schema.name': 'schema', function: 'funcname' },
    counters: [{ column: 'calls', metric: 'postgresql.function.calls' }],
    reset: 'elsewhere',
  },
]

const ofDatabases: TruthQuery = {
  sql: `SELECT s.datid AS id, s.datname AS database, s.* FROM pg_stat_database AS s
    JOIN pg_database AS d ON d.oid = s.datid WHERE d.datallowconn AND NOT d.datistemplate`,
  labels: databaseLabels,
  counters: Object.entries({
    blks_hit: 'blks_hit',
    blks_read: 'blks_read',
    commits: 'xact_commit',
    deadlocks: 'deadlocks',
    rollbacks: 'xact_rollback',
    'temp.io': 'temp_bytes',
    temp_files: 'temp_files',
    tup_deleted: 'tup_deleted',
    tup_fetched: 'tup_fetched',
    tup_inserted: 'tup_inserted',
    tup_returned: 'tup_returned',
    tup_updated: 'tup_updated',
  }).map(([name, column]) => ({ column, metric: `postgresql.${name}` })),
  reset: 'elsewhere',
}

const ofConflicts: TruthQuery = {
  sql: `SELECT s.datid AS id, s.datname AS database, s.* FROM pg_stat_database_conflicts AS s
    JOIN pg_database AS d ON d.oid = s.datid WHERE d.datallowconn AND NOT d.datistemplate`,
  labels: databaseLabels,
  counters: counters('postgresql.query.conflicts', 'postgresql.conflict.type', {
    bufferpin: 'confl_bufferpin',
    deadlock: 'confl_deadlock',
    lock: 'confl_lock',
    snapshot: 'confl_snapshot',
    tablespace: 'confl_tablespace',
  }),
  reset: 'elsewhere',
}

const allocated = { column: 'buffers_alloc', metric: 'postgresql.bgwriter.buffers.allocated' }
const maxwritten = { column: 'maxwritten_clean', metric: 'postgresql.bgwriter.maxwritten' }

const upTo16: readonly TruthQuery[] = [
  {
    sql: 'SELECT 0 AS id, * FROM pg_stat_bgwriter',
    labels: {},
    counters: [
      allocated,
      maxwritten,
      ...counters('postgresql.bgwriter.buffers.writes', 'source', {
        backend: 'buffers_backend',
        backend_fsync: 'buffers_backend_fsync',
        bgwriter: 'buffers_clean',
        checkpoints: 'buffers_checkpoint',
      }),
      ...counters('postgresql.bgwriter.checkpoint.count', 'type', {
        requested: 'checkpoints_req',
        scheduled: 'checkpoints_timed',
      }),
      ...counters('postgresql.bgwriter.duration', 'type', {
        sync: 'checkpoint_sync_time',
        write: 'checkpoint_write_time',
      }),
    ],
    reset: 'row',
  },
]

function from17(major: Major): readonly TruthQuery[] {
  const written = major >= 18 ? '(write_bytes + extend_bytes) / 8192' : 'writes + extends'
  return [
    {
      sql: 'SELECT 0 AS id, * FROM pg_stat_bgwriter',
      labels: {},
      counters: [
        allocated,
        maxwritten,
        ...counters('postgresql.bgwriter.buffers.writes', 'source', { bgwriter: 'buffers_clean' }),
      ],
      reset: 'row',
    },
    {
      sql: 'SELECT 0 AS id, * FROM pg_stat_checkpointer',
      labels: {},
      counters: [
        ...counters('postgresql.bgwriter.buffers.writes', 'source', { checkpoints: 'buffers_written' }),
        ...counters('postgresql.bgwriter.checkpoint.count', 'type', {
          requested: 'num_requested',
          scheduled: 'num_timed',
        }),
        ...counters('postgresql.bgwriter.duration', 'type', { sync: 'sync_time', write: 'write_time' }),
      ],
      reset: 'row',
    },
    {
      sql: `SELECT 0 AS id, trunc(sum(${written})) AS backend, sum(fsyncs) AS backend_fsync,
        max(stats_reset) AS stats_reset FROM pg_stat_io
        WHERE object = 'relation' AND backend_type NOT IN ('background writer', 'checkpointer')`,
      labels: {},
      counters: counters('postgresql.bgwriter.buffers.writes', 'source', {
        backend: 'backend',
        backend_fsync: 'backend_fsync',
      }),
      reset: 'row',
    },
  ]
}

/** Where the extension is. */
export function statementTruth(major: Major): TruthQuery {
  const nesting = major >= 14 ? 's.toplevel' : 'true'
  return {
    sql: `SELECT concat_ws(' ', s.dbid, s.userid, ${nesting}, s.queryid) AS id, d.datname AS database,
        s.total_exec_time / 1000 AS seconds, ${major >= 17 ? 's.stats_since' : 'NULL'} AS stats_reset
      FROM pg_stat_statements AS s JOIN pg_database AS d ON d.oid = s.dbid
      WHERE d.datallowconn AND NOT d.datistemplate`,
    labels: databaseLabels,
    counters: [{ column: 'seconds', metric: 'postgresql.query.execution.time' }],
    reset: major >= 17 ? 'row' : 'elsewhere',
  }
}

/** Once per server. */
export function serverTruths(major: Major): readonly TruthQuery[] {
  return [ofDatabases, ofConflicts, ...(major >= 17 ? from17(major) : upTo16)]
}
