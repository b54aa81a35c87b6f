import type { Connection } from '../../../../../src/demo/embedded-postgres/connect.ts'
import { eventually } from '../../../../support/eventually.ts'
import type { SharedPostgres } from '../../../../support/postgres.ts'

/** A session whose process is known. */
export interface Worker {
  readonly pid: number
  readonly query: (sql: string) => Promise<unknown>
  /** Sends a statement that won't end soon; resolves when the server is at it, whatever becomes of it later. */
  readonly begin: (sql: string) => Promise<void>
  /** Ends the session, also in the middle of a statement. */
  readonly end: () => Promise<void>
}

/** Sessions of one database that really work, sleep, lock and wait; all end with the scope. */
export async function busySessions({ cluster, createDatabase }: SharedPostgres) {
  const database = await createDatabase()
  await cluster.query(
    'CREATE TABLE stock (id int PRIMARY KEY, n int); INSERT INTO stock VALUES (1, 0), (2, 0), (3, 0)',
    database,
  )
  const connections: Connection[] = []
  const kill = async (pid: number) => {
    await cluster.query(`SELECT pg_terminate_backend(${pid})`)
    await eventually(async () => {
      const rows = await cluster.query(`SELECT FROM pg_stat_activity WHERE pid = ${pid}`)
      if (rows.length > 0) throw new Error(`the backend ${pid} is still there`)
    })
  }
  const worker = async (applicationName = 'shop'): Promise<Worker> => {
    const connection = await cluster.connect(database, 'postgres', applicationName)
    connections.push(connection)
    const { rows } = await connection.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
    const pid = rows[0]?.pid ?? 0
    return {
      pid,
      query: (sql) => connection.query(sql),
      begin: async (sql) => {
        connection.query(sql).catch(() => undefined)
        await eventually(async () => {
          const [row] = await cluster.query(
            `SELECT state = 'active' AND (wait_event IS NOT NULL OR query LIKE '%generate_series%') AS busy FROM pg_stat_activity WHERE pid = ${pid}`,
          )
          if (row?.['busy'] !== true) throw new Error(`the backend ${pid} isn't at it yet`)
        })
      },
      end: () => kill(pid),
    }
  }
  return {
    database,
    worker,
    [Symbol.asyncDispose]: async () => {
      await cluster.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${database}'`)
      await Promise.all(connections.map((connection) => connection.end().catch(() => undefined)))
      await eventually(async () => {
        const rows = await cluster.query(`SELECT FROM pg_stat_activity WHERE datname = '${database}'`)
        if (rows.length > 0) throw new Error('sessions are left')
      })
    },
  }
}
