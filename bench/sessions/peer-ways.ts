import type { Way } from '../way.ts'

/** What others ask of pg_stat_activity: which columns, of which rows, with whose blockers; in words of our own. */
export const peerWays: readonly Way[] = [
  {
    name: 'otelcol: blockers and oldest lock of each row',
    statements: [
      {
        text: `SELECT a.datname, a.usename, a.client_addr::text, a.client_port, a.query_start, a.wait_event_type, a.wait_event,
            a.query_id, a.pid, a.application_name, a.state, a.query, a.xact_start, pg_blocking_pids(a.pid)::text,
            l.waitstart, l.mode, l.locktype, c.relname
          FROM pg_stat_activity AS a
            LEFT JOIN LATERAL (SELECT k.mode, k.locktype, k.relation, k.waitstart FROM pg_locks AS k
              WHERE k.pid = a.pid AND NOT k.granted ORDER BY k.waitstart LIMIT 1) AS l ON true
            LEFT JOIN pg_class AS c ON c.oid = l.relation
          WHERE coalesce(trim(a.query), '') <> '' AND a.pid <> pg_backend_pid() AND a.query_start IS NOT NULL
            AND NOT (a.state = 'idle' AND a.query_start < now() AND a.pid NOT IN (
              SELECT unnest(pg_blocking_pids(b.pid)) FROM pg_stat_activity AS b WHERE cardinality(pg_blocking_pids(b.pid)) > 0))
          LIMIT 1000`,
      },
    ],
  },
  {
    name: 'Datadog: the view with the blockers of each row',
    statements: [
      {
        text: `SELECT clock_timestamp(), a.*, pg_blocking_pids(a.pid) FROM pg_stat_activity AS a
          WHERE a.backend_type = 'client backend' AND coalesce(trim(a.query), '') <> '' AND a.pid <> pg_backend_pid()
            AND a.query_start IS NOT NULL`,
      },
    ],
  },
  {
    name: 'the view alone, every column',
    statements: [{ text: 'SELECT a.* FROM pg_stat_activity AS a' }],
  },
]
