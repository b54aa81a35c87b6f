import type { Clock } from '../../../../src/component/clock.ts'
import { TrackingWatch } from '../../../../src/receivers/postgresql/activity/tracking-watch.ts'
import type { Connection } from '../../../../src/receivers/postgresql/connection/connection.ts'
import { DatabaseList } from '../../../../src/receivers/postgresql/server/database-list.ts'
import { GrantsRefusals } from '../../../../src/receivers/postgresql/server/grant-parts.ts'
import { GrantsReader } from '../../../../src/receivers/postgresql/server/grants.ts'
import { Notices } from '../../../../src/receivers/postgresql/server/notices.ts'
import { stateReader } from '../../../../src/receivers/postgresql/server/read-server-state.ts'
import type { ConnectedServer } from '../../../../src/receivers/postgresql/server/server-connection.ts'
import type { Logger } from '../../../../src/telemetry/logger.ts'
import { never } from './connecting.ts'

const intervalMs = 30_000

/** What the first statements of a session say. */
export async function connectedServerOn(connection: Connection, clock: Clock): Promise<ConnectedServer> {
  const serverState = await stateReader(
    connection,
    new GrantsReader(clock, intervalMs, new GrantsRefusals(clock)),
    clock,
  )(never)
  return { connection, serverState }
}

/** What those who watch the sessions share: an observed session, the databases' names, and what is told. */
export async function watchingOn(
  connection: Connection,
  clock: Clock,
  logger: Logger,
  affected: readonly string[] = [],
) {
  const observed = await connectedServerOn(connection, clock)
  const notices = new Notices(logger, 'postgres')
  const databases = new DatabaseList({
    clock,
    intervalMs,
    discovered: notices.discovered,
    omitted: notices.omittedByServer,
    discovery: { databases: [], exclude: [] },
  })
  await databases.read(observed, never)
  const watch = new TrackingWatch({
    affected,
    omitted: notices.omittedByServer,
    degraded: notices.degraded,
  })
  return { observed, databases, watch }
}
