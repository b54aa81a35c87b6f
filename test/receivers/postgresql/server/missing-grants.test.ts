import { describe, expect, test } from 'vitest'
import { systemClock } from '../../../../src/component/clock.ts'
import type { Cluster } from '../../../../src/demo/embedded-postgres/cluster.ts'
import type { Privilege } from '../../../../src/metadata/query.ts'
import { Connector } from '../../../../src/receivers/postgresql/connection/connector.ts'
import { DatabasesScraper } from '../../../../src/receivers/postgresql/queries/databases-scraper.ts'
import type { QuerySetSettings } from '../../../../src/receivers/postgresql/queries/query-set.ts'
import { ServerScraper } from '../../../../src/receivers/postgresql/queries/server-scraper.ts'
import { DatabaseList } from '../../../../src/receivers/postgresql/server/database-list.ts'
import { Notices } from '../../../../src/receivers/postgresql/server/notices.ts'
import { ServerConnection } from '../../../../src/receivers/postgresql/server/server-connection.ts'
import { ServerWatch } from '../../../../src/receivers/postgresql/server/watch.ts'
import { memoryLogger } from '../../../support/memory-logger.ts'
import { oneMajor, usePostgres } from '../../../support/postgres.ts'
import { factoryOf } from '../../../support/series-factory.ts'
import { composeSettings, keepingSink, metricOf, queryOf } from '../support/composing.ts'
import { never, settingsOf } from '../support/connecting.ts'

const intervalMs = 30_000

/** What is told of a metric that needs a privilege, where it is read in each of some databases or of the server alone. */
async function toldOf(
  cluster: Cluster,
  scope: 'server' | 'database',
  privilege: Privilege,
  databases: readonly string[],
): Promise<{ readonly told: readonly string[]; readonly values: readonly unknown[] }> {
  const clock = systemClock()
  const logger = memoryLogger()
  const notices = new Notices(logger, 'postgres')
  const connector = new Connector({ connection: settingsOf(cluster), clock, spacingMs: 0, opened: () => {} })
  const watch = new ServerWatch(memoryLogger())
  const connection = new ServerConnection({ connector, database: 'postgres', watch, clock, intervalMs })
  const list = new DatabaseList({
    clock,
    intervalMs,
    discovered: () => {},
    omitted: notices.omittedByServer,
    discovery: { databases, exclude: [] },
  })
  const sql = privilege.kind === 'table' ? `(SELECT count(*) FROM ${privilege.name})` : '7'
  const query = queryOf('jobs', {
    scope,
    columns: { jobs: { sql, type: 'int' } },
    requires: { privileges: [privilege] },
  })
  const metric = metricOf('jobs.waiting', { query: 'jobs', points: [{ value: 'jobs', attributes: {} }] })
  const querySet: QuerySetSettings = {
    scope,
    omitted: notices.omitted,
    wanted: { privileges: [privilege], relations: [] },
    compose: composeSettings({ queries: [query], metrics: [metric] }),
    runner: { factory: factoryOf(), clock, measured: () => {} },
  }
  const shared = { connection, clock, databases: list, intervalMs, timeoutMs: 0, querySet }
  const sink = keepingSink()
  const scraper = scope === 'server' ? new ServerScraper(shared) : new DatabasesScraper({ ...shared, connector })
  for (let times = 0; times < 2; times++) await scraper.scrape(sink, never)
  await connection.close()
  const values = sink.batches.flatMap(({ points }) => points.map(({ value }) => value))
  return { told: logger.lines.map(({ message }) => message), values }
}

describe.each(oneMajor)('on PostgreSQL %i a GRANT that is missing is told with', (major) => {
  const postgres = usePostgres(major)
  const jobs = { kind: 'table', name: 'public.jobs' } as const
  const grant = 'Not collected: jobs.waiting: needs the table public.jobs: GRANT SELECT ON public.jobs TO monitor'

  async function prepared() {
    const { cluster } = await postgres()
    const found = await cluster.query("SELECT FROM pg_database WHERE datname = 'shop'")
    if (found.length > 0) return cluster
    for (const name of ['shop', 'archive', 'granted']) {
      await cluster.query(`CREATE DATABASE ${name}`)
      await cluster.query('CREATE TABLE jobs AS SELECT generate_series(1, 17) AS id', name)
    }
    await cluster.query('GRANT SELECT ON jobs TO monitor', 'granted')
    return cluster
  }

  test('each database that lacks it, and none that has no such table', async () => {
    const { told, values } = await toldOf(await prepared(), 'database', jobs, [
      'postgres',
      'shop',
      'archive',
      'granted',
    ])
    expect(told).toEqual([`${grant}, in the database "shop".`, `${grant}, in the database "archive".`])
    expect(values.map(Number)).toContain(17)
  })

  test('the functions of each database', async () => {
    const cluster = await prepared()
    await cluster.query('REVOKE EXECUTE ON FUNCTION pg_ls_tmpdir() FROM pg_monitor', 'shop')
    const { told } = await toldOf(cluster, 'database', { kind: 'function', name: 'pg_ls_tmpdir()' }, [
      'postgres',
      'shop',
    ])
    expect(told).toEqual([
      'Not collected: jobs.waiting: needs the function pg_ls_tmpdir(): GRANT EXECUTE ON FUNCTION pg_ls_tmpdir() TO monitor, in the database "shop".',
    ])
  })

  test('the words that no watched database has the table', async () => {
    const { told } = await toldOf(await prepared(), 'database', { kind: 'table', name: 'public.jobz' }, [
      'postgres',
      'shop',
    ])
    expect(told).toEqual([
      "Not collected: jobs.waiting: needs the table public.jobz, which isn't there in any watched database.",
    ])
  })

  test('the database that is connected to, where the server is asked', async () => {
    const { told } = await toldOf(await prepared(), 'server', jobs, [])
    expect(told).toEqual([
      'Not collected: jobs.waiting: needs the table public.jobs, which isn\'t there, in the database "postgres".',
    ])
  })

  test('no database where the role lacks a role, which it has in all of them or in none', async () => {
    const role = { kind: 'role', name: 'pg_read_server_files' } as const
    const { told } = await toldOf(await prepared(), 'database', role, ['postgres', 'shop'])
    expect(told).toEqual([
      'Not collected: jobs.waiting: needs the rights of pg_read_server_files: GRANT pg_read_server_files TO monitor.',
    ])
  })
})
