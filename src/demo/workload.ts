import type { Cluster } from './embedded-postgres/cluster.ts'
import { activities } from './workload/activities.ts'
import { repeat } from './workload/activity.ts'
import { extensions, roles, schema } from './workload/schema.ts'

/** A running workload. */
export interface Workload extends AsyncDisposable {
  /** Ends all transactions and connections, within about two seconds. */
  stop(): Promise<void>
}

/**
 * Sets up the database `shop` and the collector's role `otelephant` (unless they are there from an earlier run), and
 * lets a small application work in it: a few dozen statements a second, with the troubles that a database has.
 * It survives restarts of the server.
 */
export async function startWorkload(cluster: Cluster, signal: AbortSignal): Promise<Workload> {
  await prepare(cluster)
  const stopping = new AbortController()
  const stopped = AbortSignal.any([signal, stopping.signal])
  const connectTo = (applicationName: string) => cluster.connect('shop', 'shop', applicationName)
  const running = Promise.all(activities.map((activity) => repeat(activity, connectTo, stopped)))
  const stop = async () => {
    stopping.abort()
    await running
  }
  return { stop, [Symbol.asyncDispose]: stop }
}

async function prepare(cluster: Cluster): Promise<void> {
  const existing = await cluster.query("SELECT 1 FROM pg_database WHERE datname = 'shop'")
  if (existing.length > 0) return
  for (const statement of roles) await cluster.query(statement)
  for (const statement of extensions) await cluster.query(statement, 'shop')
  await using client = await cluster.connect('shop', 'shop')
  // PostgreSQL 15 took CREATE on the schema `public` from everybody but the database's owner, who is asked for here.
  await client.query(schema)
}
