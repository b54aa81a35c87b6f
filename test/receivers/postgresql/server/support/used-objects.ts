import { z } from 'zod'
import type { Cluster } from '../../../../../src/demo/embedded-postgres/cluster.ts'

/** A function or relation of the system that the collector's statements use. */
export interface UsedObject {
  readonly kind: 'function' | 'table'
  readonly name: string
}

const names = z.array(z.object({ name: z.string() })).transform((rows) => rows.map(({ name }) => name))

/** All that a statement names which the server logged as ours while `work` ran, and that the views call which it names. */
export async function usedObjects(cluster: Cluster, work: () => Promise<unknown>): Promise<UsedObject[]> {
  const logging = async (change: string) => {
    await cluster.query(`ALTER SYSTEM ${change}`)
    await cluster.query('SELECT pg_reload_conf()')
  }
  await logging("SET log_statement = 'all'")
  const from = (await cluster.log()).length
  await work()
  const log = (await cluster.log()).slice(from)
  await logging('RESET log_statement')
  const sent = log.split(/\n(?=\d{4}-\d\d-\d\d )/).filter((entry) => entry.includes('/* otelephant'))
  const words = new Set(sent.join('\n').match(/\w+/g))
  const relations = await named(
    cluster,
    "SELECT relname AS name FROM pg_class WHERE oid < 16384 AND relnamespace = 'pg_catalog'::regnamespace AND relkind IN ('r', 'v')",
  )
  const tables = relations.filter((name) => words.has(name))
  const views = await named(
    cluster,
    `SELECT pg_get_viewdef(oid) AS name FROM pg_class WHERE relkind = 'v' AND oid < 16384 AND relname = ANY ('{${tables.join(',')}}')`,
  )
  const calls = new Set([...sent, ...views].join('\n').match(/\b\w+(?=\s*\()|(?<=::)\w+/g))
  const functions = await named(
    cluster,
    `SELECT DISTINCT proname AS name FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace OR proname = 'pg_stat_statements'`,
  )
  return [
    ...functions.filter((name) => calls.has(name)).map((name) => ({ kind: 'function', name }) as const),
    ...tables.map((name) => ({ kind: 'table', name }) as const),
  ]
}

/** Takes the right to use it from everybody, in some databases. */
export async function deny(cluster: Cluster, { kind, name }: UsedObject, databases: readonly string[]) {
  const find =
    kind === 'function'
      ? `SELECT 'EXECUTE ON FUNCTION ' || oid::regprocedure AS name FROM pg_proc WHERE proname = '${name}' AND has_function_privilege('monitor', oid, 'EXECUTE')`
      : `SELECT 'SELECT ON pg_catalog.' || relname AS name FROM pg_class WHERE relname = '${name}' AND has_table_privilege('monitor', oid, 'SELECT')`
  const undo: (() => Promise<unknown>)[] = []
  for (const database of databases) {
    for (const right of await named(cluster, find, database)) {
      await cluster.query(`REVOKE ${right} FROM PUBLIC, pg_monitor`, database)
      undo.push(() => cluster.query(`GRANT ${right} TO PUBLIC`, database))
    }
  }
  return {
    [Symbol.asyncDispose]: async () => {
      for (const grant of undo) await grant()
    },
  }
}

async function named(cluster: Cluster, sql: string, database?: string): Promise<string[]> {
  return names.parse(await cluster.query(sql, database))
}
