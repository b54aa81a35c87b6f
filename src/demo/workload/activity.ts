import { setTimeout as delay } from 'node:timers/promises'
import { DatabaseError } from 'pg'
import type { Connection } from '../embedded-postgres/connect.ts'

/** Something that the application does again and again. */
export interface Activity {
  /** Its application_name. */
  readonly name: string
  /** From the end of one time to the beginning of the next. */
  readonly pauseMs: number
  /** How many connections it needs. */
  readonly connections: number
  run(connections: readonly Connection[], signal: AbortSignal): Promise<void>
}

/** A server that is down is asked again after this. */
const retryMs = 500

/** Does it until the signal aborts; a server that goes away is waited for. Never rejects. */
export async function repeat(
  activity: Activity,
  connectTo: (applicationName: string) => Promise<Connection>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await using stack = new AsyncDisposableStack()
    try {
      const connections: Connection[] = []
      for (let count = 0; count < activity.connections; count++) {
        connections.push(stack.use(await connectTo(activity.name)))
      }
      while (!signal.aborted) {
        await activity.run(connections, signal)
        await rest(activity.pauseMs, signal)
      }
    } catch {
      await rest(retryMs, signal)
    }
  }
}

/** Waits, or less where the signal aborts. */
export async function rest(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => {})
}

/** Runs a transaction; rolls back what fails, and throws it again unless it is the SQLSTATE that is asked for. */
export async function transaction(
  connection: Connection,
  work: () => Promise<void>,
  expectedState?: string,
): Promise<void> {
  await connection.query('BEGIN')
  try {
    await work()
    await connection.query('COMMIT')
  } catch (error) {
    await connection.query('ROLLBACK')
    if (!(error instanceof DatabaseError) || error.code !== expectedState) throw error
  }
}
