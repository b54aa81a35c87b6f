import type { Cluster } from '../../../src/demo/embedded-postgres/cluster.ts'
import type { Connection } from '../../../src/demo/embedded-postgres/connect.ts'

export const databases = ['one', 'two'] as const
export const roles = ['app_a', 'app_b'] as const

/** As few entries as the server allows, statements within functions counted too. */
export const settings = {
  autovacuum: 'off',
  'pg_stat_statements.max': '100',
  'pg_stat_statements.track': 'all',
  'pg_stat_statements.track_planning': 'on',
  work_mem: '64kB',
}

const schema = [
  'CREATE TABLE items (id int, name text)',
  'GRANT ALL ON items TO PUBLIC',
  `CREATE FUNCTION nested(n int) RETURNS bigint LANGUAGE plpgsql AS $$ DECLARE found bigint; BEGIN
    INSERT INTO items SELECT i, md5(i::text) FROM generate_series(1, n) AS i;
    SELECT count(*) INTO found FROM items;
    RETURN found;
  END $$`,
]

/**
 * Two databases, two roles. What the collector and the test do to look isn't counted, so that it can't move anything.
 * @param version of pg_stat_statements
 */
export async function prepareStatements(cluster: Cluster, version: string): Promise<void> {
  await cluster.query(`CREATE EXTENSION pg_stat_statements VERSION '${version}'`)
  await cluster.query('CREATE ROLE monitor LOGIN IN ROLE pg_monitor')
  for (const role of ['monitor', 'postgres'])
    await cluster.query(`ALTER ROLE ${role} SET pg_stat_statements.track = none`)
  for (const role of roles) await cluster.query(`CREATE ROLE ${role} LOGIN`)
  for (const database of databases) {
    await cluster.query(`CREATE DATABASE ${database}`)
    for (const sql of schema) await cluster.query(sql, database)
  }
}

/** A connection of each role to each database; closed with the scope. */
export async function connectApplications(cluster: Cluster): Promise<readonly Connection[] & AsyncDisposable> {
  const pairs = databases.flatMap((database) => roles.map((role) => [database, role] as const))
  const clients = await Promise.all(pairs.map(([database, role]) => cluster.connect(database, role)))
  const end = async () => void (await Promise.all(clients.map((client) => client.end())))
  return Object.assign(clients, { [Symbol.asyncDispose]: end })
}

/** The same few statements, whoever runs them: their queryids are shared by databases' roles, and by nesting. */
export async function work(client: Connection, random: () => number): Promise<void> {
  const count = 1 + Math.floor(random() * 20)
  await client.query('SELECT nested($1)', [count])
  await client.query('SELECT count(*) FROM items')
  await client.query('UPDATE items SET name = name WHERE id = $1', [count])
  await client.query('SELECT i FROM generate_series(1, $1::int) AS i ORDER BY md5(i::text)', [2_000])
  await client.query('CREATE TEMP TABLE IF NOT EXISTS scratch (id int)')
  await client.query('INSERT INTO scratch SELECT generate_series(1, $1::int)', [count])
}

/** More statements than there are entries. */
export async function flood(client: Connection): Promise<void> {
  for (let width = 1; width <= 130; width += 1) await client.query(`SELECT ${Array(width).fill('1').join(', ')}`)
}

/** Zeroes everything. */
export async function resetAll(admin: Connection): Promise<void> {
  await admin.query('SELECT pg_stat_statements_reset()')
}

/** Zeroes some statement; whatever is there in versions that can only zero everything. */
export async function resetOne(admin: Connection, version: string, random: () => number): Promise<void> {
  const [, minor = 0] = version.split('.').map(Number)
  if (minor < 7) return
  const { rows } = await admin.query<Record<'userid' | 'dbid' | 'queryid', string>>(
    'SELECT s.userid, s.dbid, s.queryid FROM pg_stat_statements AS s WHERE s.queryid IS NOT NULL ORDER BY s.calls DESC LIMIT 10',
  )
  const row = rows[Math.floor(random() * rows.length)]
  if (row === undefined) return
  await admin.query('SELECT pg_stat_statements_reset($1, $2, $3)', [row.userid, row.dbid, row.queryid])
}

/** Zeroes what is no counter: the least and the largest times. */
export async function resetExtremes(admin: Connection, version: string): Promise<void> {
  const [, minor = 0] = version.split('.').map(Number)
  if (minor >= 11) await admin.query('SELECT pg_stat_statements_reset(0, 0, 0, true)')
}
