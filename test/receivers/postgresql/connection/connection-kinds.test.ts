import { describe, expect, test } from 'vitest'
import { systemClock } from '../../../../src/component/clock.ts'
import type { Cluster } from '../../../../src/demo/embedded-postgres/cluster.ts'
import type { QueryDefinition } from '../../../../src/metadata/query.ts'
import { Connector } from '../../../../src/receivers/postgresql/connection/connector.ts'
import { sessionSettings } from '../../../../src/receivers/postgresql/connection/session-settings.ts'
import { DatabasesScraper } from '../../../../src/receivers/postgresql/queries/databases-scraper.ts'
import type { QuerySetSettings } from '../../../../src/receivers/postgresql/queries/query-set.ts'
import { ServerScraper } from '../../../../src/receivers/postgresql/queries/server-scraper.ts'
import { DatabaseList } from '../../../../src/receivers/postgresql/server/database-list.ts'
import { ServerConnection } from '../../../../src/receivers/postgresql/server/server-connection.ts'
import { ServerWatch } from '../../../../src/receivers/postgresql/server/watch.ts'
import { memoryLogger } from '../../../support/memory-logger.ts'
import { majors, usePostgres } from '../../../support/postgres.ts'
import { factoryOf } from '../../../support/series-factory.ts'
import { withoutParameter } from '../../../support/startup-packet.ts'
import { startTcpProxy } from '../../../support/tcp-proxy.ts'
import { composeSettings, keepingSink, metricOf, queryOf } from '../support/composing.ts'
import { never, settingsOf } from '../support/connecting.ts'

/** A query whose one row has every setting that was in force while it ran, and its metric. */
function settingsQuery(name: string, settings: readonly string[], overrides: Partial<QueryDefinition>) {
  const columns = Object.fromEntries(
    settings.map((setting) => [
      setting.toLowerCase(),
      { sql: `current_setting('${setting}')`, type: 'string' } as const,
    ]),
  )
  const one = { one: { sql: '1', type: 'int' } as const }
  const attributes = Object.fromEntries(Object.keys(columns).map((column) => [column, column]))
  return {
    query: queryOf(name, { columns: { ...columns, ...one }, ...overrides }),
    metric: metricOf(name, { query: name, attributes, points: [{ value: 'one', attributes: {} }] }),
  }
}

/** The settings in force in each kind of session that the two scrapers open. */
async function settingsByKind(server: { host: string; port: number }, database: string, settings: readonly string[]) {
  const clock = systemClock()
  const connector = new Connector({ connection: settingsOf(server), clock, spacingMs: 0, opened: () => {} })
  const intervalMs = 30_000
  const watch = new ServerWatch(memoryLogger())
  const connection = new ServerConnection({ connector, database: 'postgres', watch, clock, intervalMs })
  const databases = new DatabaseList({
    clock,
    intervalMs,
    discovered: () => {},
    omitted: () => {},
    discovery: { databases: [database], exclude: [] },
  })
  const kinds = [
    settingsQuery('kept', settings, {}),
    settingsQuery('visit', settings, { scope: 'database' }),
    settingsQuery('own', settings, { scope: 'database', takesLocks: true }),
  ]
  const querySet = (scope: QuerySetSettings['scope']): QuerySetSettings => ({
    scope,
    compose: composeSettings({ queries: kinds.map(({ query }) => query), metrics: kinds.map(({ metric }) => metric) }),
    wanted: { privileges: [], relations: [] },
    runner: { factory: factoryOf(), clock, measured: () => {} },
    omitted: () => {},
  })
  const shared = { connection, clock, databases, intervalMs, timeoutMs: 0 }
  const sink = keepingSink()
  await new ServerScraper({ ...shared, querySet: querySet('server') }).scrape(sink, never)
  await new DatabasesScraper({ ...shared, connector, querySet: querySet('database') }).scrape(sink, never)
  await connection.close()
  const points = sink.batches.flatMap((batch) => batch.points)
  return Object.fromEntries(points.map(({ series }) => [series.metric.name, series.attributes]))
}

describe.each(majors)('on PostgreSQL %i every setting is in force', (major) => {
  const postgres = usePostgres(major)
  const late = {
    ...(major >= 14 ? { client_connection_check_interval: '2s' } : {}),
    ...(major >= 17 ? { transaction_timeout: '10s' } : {}),
  }
  const ofSession = (cluster: Cluster) => sessionSettings(settingsOf(cluster).limits)
  const lowerCase = (settings: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(settings).map(([name, value]) => [name.toLowerCase(), value]))

  test('in the session that is kept, in visits and in the own session of queries that take locks', async () => {
    const { cluster, database } = await postgres()
    const expected = { ...ofSession(cluster), ...late, tcp_user_timeout: '5000', tcp_keepalives_count: '3' }
    const kinds = await settingsByKind(cluster, database, Object.keys(expected))
    const each = lowerCase(expected)
    expect(kinds).toEqual({ kept: each, visit: each, own: each })
  })

  test('in each of them behind a pooler that drops the start-up options', async () => {
    const { cluster, database } = await postgres()
    await using pooler = await startTcpProxy({
      target: { host: cluster.host, port: cluster.port },
      startup: (packet) => withoutParameter(packet, 'options'),
    })
    const { default_transaction_read_only, default_transaction_isolation, ...local } = ofSession(cluster)
    const expected = {
      ...local,
      ...(major >= 17 ? { transaction_timeout: '10s' } : {}),
      transaction_read_only: default_transaction_read_only ?? '',
      transaction_isolation: default_transaction_isolation ?? '',
    }
    const kinds = await settingsByKind(pooler, database, Object.keys(expected))
    const each = lowerCase(expected)
    expect(kinds).toEqual({ kept: each, visit: each, own: each })
  })
})
