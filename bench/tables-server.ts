import type { Cluster } from '../src/demo/embedded-postgres/cluster.ts'
import { startCluster } from '../src/demo/embedded-postgres.ts'

const tablesPerTransaction = 1_000

/** A server with one database of so many tables of so many indexes, the primary key's among them. A hundredth has rows. */
export async function startServer(tables: number, indexes: number): Promise<Cluster> {
  const cluster = await startCluster({ major: 18, settings: { max_locks_per_transaction: '1024', autovacuum: 'off' } })
  await cluster.query('CREATE ROLE otelephant LOGIN IN ROLE pg_monitor')
  await cluster.query('CREATE EXTENSION pg_stat_statements')
  await cluster.query('CREATE DATABASE shop')
  for (let from = 1; from <= tables; from += tablesPerTransaction) {
    const to = Math.min(tables, from + tablesPerTransaction - 1)
    await cluster.query(
      `DO $$ BEGIN FOR n IN ${from}..${to} LOOP
        EXECUTE format('CREATE TABLE table_of_orders_%s (id int PRIMARY KEY, at timestamptz, amount numeric)', n);
        FOR i IN 2..${indexes} LOOP EXECUTE format('CREATE INDEX ON table_of_orders_%s (at)', n); END LOOP;
        IF n % 100 = 0 THEN EXECUTE format('INSERT INTO table_of_orders_%s SELECT g FROM generate_series(1, 50) AS g', n); END IF;
      END LOOP; END $$`,
      'shop',
    )
  }
  await cluster.query('VACUUM ANALYZE', 'shop')
  return cluster
}

/** What the collector's role has cost since `forgetServerTime`: planning and execution, milliseconds. */
export async function serverTime(cluster: Cluster): Promise<number> {
  const [row] = await cluster.query(
    `SELECT sum(s.total_exec_time + s.total_plan_time) AS ms FROM pg_stat_statements(false) AS s
      JOIN pg_roles AS r ON r.oid = s.userid WHERE r.rolname = 'otelephant'`,
  )
  return Number(row?.['ms'])
}

export async function forgetServerTime(cluster: Cluster): Promise<void> {
  await cluster.query('SELECT pg_stat_statements_reset()')
}
