import type { Cluster } from '../../src/demo/embedded-postgres/cluster.ts'
import { startCluster } from '../../src/demo/embedded-postgres.ts'
import { measuredRole } from '../role-cost.ts'
import { longStatement, statementCount } from './long-statements.ts'

export const applicationRole = 'app'
export const applicationDatabase = 'shop'

/** A server that counts statements and knows hardly any yet. */
export async function startStatementServer(): Promise<Cluster> {
  const cluster = await startCluster({
    major: 18,
    settings: {
      autovacuum: 'off',
      'pg_stat_statements.max': '10000',
      'pg_stat_statements.track_planning': 'on',
    },
  })
  await cluster.query(`CREATE ROLE ${measuredRole} LOGIN IN ROLE pg_monitor; CREATE ROLE ${applicationRole} LOGIN`)
  await cluster.query('CREATE EXTENSION pg_stat_statements')
  await cluster.query(`CREATE DATABASE ${applicationDatabase} OWNER ${applicationRole}`)
  await cluster.query(
    `CREATE TABLE orders (id int PRIMARY KEY, amount numeric);
      INSERT INTO orders SELECT g, g FROM generate_series(1, 1000) AS g;
      GRANT SELECT ON orders TO ${applicationRole}`,
    applicationDatabase,
  )
  return cluster
}

/** Runs each of the long statements once. */
export async function fillStatements(cluster: Cluster): Promise<void> {
  await using client = await cluster.connect(applicationDatabase, applicationRole)
  for (let number = 0; number < statementCount; number++) await client.query(longStatement(number), [1])
}
