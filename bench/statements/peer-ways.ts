import type { Way } from '../way.ts'

/** Statements that ran since the last reading, for those who ask for their texts alone. */
const changedStatements = 300

const names = `LEFT JOIN pg_roles AS r ON r.oid = s.userid JOIN pg_database AS d ON d.oid = s.dbid`
const counters = `s.queryid, s.userid, r.rolname, d.datname, s.calls, s.rows, s.total_exec_time, s.total_plan_time,
  s.shared_blks_hit, s.shared_blks_read, s.shared_blks_dirtied, s.shared_blks_written, s.temp_blks_read, s.temp_blks_written`

/** What others ask of pg_stat_statements in every cycle: which columns, of how much, in what order; in words of our own. */
export const peerWays: readonly Way[] = [
  {
    name: 'otelcol: the view, 1,000 most called, with texts',
    statements: [
      {
        text: `SELECT ${counters}, s.query FROM pg_stat_statements AS s ${names}
          WHERE s.query <> '<insufficient privilege>' AND s.query NOT LIKE '/* ignore */%' ORDER BY s.calls DESC LIMIT 1000`,
      },
    ],
  },
  {
    name: 'postgres_exporter: the view twice, 100 of most time, no texts',
    statements: [
      {
        text: `SELECT pg_get_userbyid(s.userid), d.datname, s.queryid, s.calls, s.total_exec_time / 1000 AS seconds, s.rows,
            s.shared_blk_read_time / 1000, s.shared_blk_write_time / 1000
          FROM pg_stat_statements AS s JOIN pg_database AS d ON d.oid = s.dbid
          WHERE s.total_exec_time > (SELECT percentile_cont(0.1) WITHIN GROUP (ORDER BY t.total_exec_time) FROM pg_stat_statements AS t)
          ORDER BY seconds DESC LIMIT 100`,
      },
    ],
  },
  {
    name: 'pgwatch: the view, six lists of 100, texts of 8,000',
    statements: [{ text: sixLists() }],
  },
  {
    name: 'nri-postgresql: the view, 5 of the longest mean, with texts',
    statements: [
      {
        // Theirs divides by the calls alone, which fails where a statement was planned and never ran.
        text: `SELECT s.queryid, s.query, d.datname, s.calls,
            round((s.total_exec_time / NULLIF(s.calls, 0))::numeric, 3) AS mean,
            s.shared_blks_read / NULLIF(s.calls, 0), s.shared_blks_written / NULLIF(s.calls, 0),
            CASE WHEN s.query ILIKE 'SELECT%' THEN 'SELECT' WHEN s.query ILIKE 'INSERT%' THEN 'INSERT' ELSE 'OTHER' END
          FROM pg_stat_statements AS s JOIN pg_database AS d ON d.oid = s.dbid ORDER BY mean DESC NULLS LAST LIMIT 5`,
      },
    ],
  },
  {
    name: `Datadog: calls of all, then ${changedStatements} that changed, with texts`,
    statements: [
      { text: 'SELECT s.queryid, s.calls FROM pg_stat_statements(false) AS s' },
      {
        text: `SELECT ${counters}, s.query FROM pg_stat_statements AS s ${names} WHERE s.queryid = ANY (
          ARRAY(SELECT c.queryid FROM pg_stat_statements(false) AS c ORDER BY c.calls DESC LIMIT ${changedStatements}))`,
      },
    ],
  },
  {
    name: 'the view, every column',
    statements: [{ text: 'SELECT s.* FROM pg_stat_statements AS s' }],
  },
  {
    name: 'without texts, every other column',
    statements: [{ text: 'SELECT s.* FROM pg_stat_statements(false) AS s' }],
  },
]

function sixLists(): string {
  const sums = ['calls', 'total_exec_time', 'total_plan_time', 'shared_blks_hit', 'shared_blks_read']
  const more = [
    'shared_blks_written',
    'shared_blks_dirtied',
    'temp_blks_read',
    'temp_blks_written',
    'wal_fpi',
    'wal_bytes',
  ]
  const ranks = ['total_exec_time', 'calls', 'shared_blks_read', 'shared_blks_written', 'temp_blks_read']
  const lists = [...ranks, 'temp_blks_written'].map((rank) => `(SELECT * FROM data ORDER BY ${rank} DESC LIMIT 100)`)
  return `WITH data AS (
      SELECT s.queryid, string_agg(DISTINCT pg_get_userbyid(s.userid)::text, ',') AS users,
        ${[...sums, ...more].map((column) => `sum(s.${column}) AS ${column}`).join(', ')}, max(s.query::varchar(8000)) AS query
      FROM pg_stat_statements AS s JOIN pg_database AS d ON d.oid = s.dbid
      WHERE s.calls > 5 AND NOT upper(s.query::varchar(50)) LIKE ANY (ARRAY['SET %', 'BEGIN%', 'COMMIT%', 'SHOW%'])
      GROUP BY s.queryid)
    SELECT l.*, regexp_replace(l.query, '[ \\t\\n\\r]+', ' ', 'g') FROM (${lists.join(' UNION ')}) AS l`
}
