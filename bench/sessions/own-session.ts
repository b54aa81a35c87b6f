import { setTimeout as delay } from 'node:timers/promises'
import { EventsBuilder } from '../../generated/postgresql/events.ts'
import { authenticationMethods } from '../../src/config/database-url/require-auth.ts'
import type { Cluster } from '../../src/demo/embedded-postgres/cluster.ts'
import { GraphPace } from '../../src/receivers/postgresql/activity/graph-pace.ts'
import { SessionSampler } from '../../src/receivers/postgresql/activity/session-sampler.ts'
import { Connection } from '../../src/receivers/postgresql/connection/connection.ts'
import type { ConnectionSettings } from '../../src/receivers/postgresql/settings/connection-settings.ts'
import { defaultLimits } from '../../src/receivers/postgresql/settings/connection-settings.ts'
import { childStatementTexts } from '../../src/sql-text/pool/child-statement-texts.ts'
import { createLogger } from '../../src/telemetry/create-logger.ts'
import { watchingOn } from '../../test/receivers/postgresql/support/watching.ts'
import { LeapingClock } from '../../test/support/leaping-clock.ts'
import { measuredRole } from '../role-cost.ts'

/** As often as the sampler looks. */
export const intervalMs = 1_000
const signal = AbortSignal.timeout(600_000)

/** The collector's session on a server. */
export async function ownSession({ host, port }: Cluster): Promise<Connection & AsyncDisposable> {
  const settings: ConnectionSettings = {
    host,
    port,
    username: measuredRole,
    password: undefined,
    ssl: undefined,
    applicationName: 'otelephant',
    authentication: { methods: new Set(authenticationMethods), channelBinding: 'prefer', cleartext: 'local' },
    connectTimeoutMs: 10_000,
    limits: defaultLimits,
    scramMaxIterations: 1_000_000,
  }
  const session = await Connection.connect(settings, 'postgres', true, signal)
  return Object.assign(session, { [Symbol.asyncDispose]: () => session.close() })
}

/** The real sampler on that session, a second apart on a clock that is told to go on. */
export async function ownSampler(session: Connection) {
  const clock = new LeapingClock()
  const logger = createLogger({ level: 'error' })
  const { observed, databases, watch } = await watchingOn(session, clock, logger)
  const texts = childStatementTexts({ logger })
  const asked = new Map<string, number>()
  const sink = { async metrics() {}, async logs() {} }
  const sampler = new SessionSampler({
    clock,
    texts,
    intervalMs,
    connection: { current: observed },
    databases,
    watch,
    affected: { bySample: [], byGraph: [] },
    run: 'bench',
    statementLabel: () => undefined,
    byStatement: true,
    blocking: true,
    pace: new GraphPace(),
    events: new EventsBuilder({
      resource: { attributes: {} },
      scope: { name: 'bench', version: '0.0.0' },
      enabled: new Set(['postgresql.blocking_episode']),
    }),
    measured: (query) => asked.set(query, (asked.get(query) ?? 0) + 1),
    skipped: (reason) => asked.set(reason, (asked.get(reason) ?? 0) + 1),
  })
  return {
    /** How often what was asked, and how often a sample was left out. */
    asked: (what: string) => asked.get(what) ?? 0,
    async sample(): Promise<void> {
      clock.leap(intervalMs)
      await sampler.scrape(sink, signal)
      // Gives the server's processes a moment, as the second between two samples would.
      await delay(5)
    },
    [Symbol.asyncDispose]: () => texts.close(),
  }
}
