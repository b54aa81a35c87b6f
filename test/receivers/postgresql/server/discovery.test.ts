import { describe, expect, test } from 'vitest'
import type { Consumer } from '../../../../src/component/consumer.ts'
import type { Series } from '../../../../src/pdata/series.ts'
import { Denials } from '../../../../src/receivers/postgresql/server/denials.ts'
import { type DiscoverySettings, discover } from '../../../../src/receivers/postgresql/server/discovery.ts'
import { eventually } from '../../../support/eventually.ts'
import { endMajors, usePostgres } from '../../../support/postgres.ts'
import { connectionOf, never, settingsOf } from '../support/connecting.ts'
import { receiverOf } from '../support/receiver-under-test.ts'
import { tickingReceiver } from '../support/ticking.ts'

describe.each(endMajors)('on PostgreSQL %i', (major) => {
  const postgres = usePostgres(major)

  test('what is watched: all that can be connected to and is no template, or what is named, less what is excluded', async () => {
    const { cluster } = await postgres()
    for (const sql of [
      'CREATE DATABASE shop',
      'CREATE DATABASE "Old Shop"',
      'CREATE DATABASE rdsadmin',
      'CREATE DATABASE closed ALLOW_CONNECTIONS false',
      'CREATE DATABASE template_of_ours IS_TEMPLATE true',
      'CREATE DATABASE denied',
      'REVOKE CONNECT ON DATABASE denied FROM PUBLIC',
      'CREATE DATABASE half_dropped',
    ]) {
      await cluster.query(sql)
    }
    await cluster.query("UPDATE pg_database SET datconnlimit = -2 WHERE datname = 'half_dropped'")
    await using connection = await connectionOf(settingsOf(cluster))
    const found = async (settings: Partial<DiscoverySettings>) => {
      const { monitored, missing } = await discover(
        connection,
        { databases: [], exclude: [], ...settings },
        Denials.none,
        never,
      )
      return [monitored.map(({ name }) => name).sort(), missing]
    }
    expect(await found({})).toEqual([['Old Shop', 'postgres', 'shop', 'test_1'], []])
    expect(await found({ exclude: ['shop', 'nowhere'] })).toEqual([['Old Shop', 'postgres', 'test_1'], []])
    expect(await found({ databases: ['shop', 'rdsadmin', 'template_of_ours'] })).toEqual([
      ['rdsadmin', 'shop', 'template_of_ours'],
      [],
    ])
    expect(await found({ databases: ['closed', 'denied', 'half_dropped', 'nowhere', 'shop'] })).toEqual([
      ['shop'],
      [
        { name: 'closed', reason: 'it takes no connections' },
        { name: 'denied', reason: 'CONNECT on it is not granted' },
        { name: 'half_dropped', reason: 'it takes no connections' },
        { name: 'nowhere', reason: 'there is no such database' },
      ],
    ])
    await using under = receiverOf(cluster, { databases: ['shop', 'denied'] })
    await under.collect()
    await under.collect()
    expect(under.messages('warn')).toEqual(['The database "denied" is not watched: CONNECT on it is not granted.'])
    await cluster.query("UPDATE pg_database SET datconnlimit = -1 WHERE datname = 'half_dropped'")
  })

  test('a rename of a database changes its labels and no key', async () => {
    const { cluster, createDatabase } = await postgres()
    const database = await createDatabase()
    await cluster.query('CREATE TABLE orders (id int)', database)
    await using under = receiverOf(cluster, { exclude_databases: ['postgres'] })
    const keysOf = async (name: string) => {
      const { batches } = await under.collect()
      const isOf = (series: Series | undefined) =>
        Object.values(series?.attributes ?? {}).some((value) => String(value).split('|')[0] === name)
      // Of statements there are more each time.
      const steady = batches.filter(({ reading }) => !reading.query.endsWith('/statement'))
      const keys = steady.flatMap(({ points, counterRows }) =>
        counterRows === undefined
          ? points.filter(({ series }) => isOf(series)).map(({ series }) => series.key)
          : counterRows.rows.filter(({ targets }) => targets.some(isOf)).map(({ key }) => key),
      )
      return keys.sort()
    }
    const before = await keysOf(database)
    expect(before.length).toBeGreaterThan(12)
    await cluster.query(`ALTER DATABASE ${database} RENAME TO renamed_${database}`)
    expect(await keysOf(`renamed_${database}`)).toEqual(before)
    expect(await keysOf(database)).toEqual([])
  })

  test('a database that is dropped in the middle of a scrape costs only itself', async () => {
    const { cluster, createDatabase } = await postgres()
    const doomed = await createDatabase()
    const other = await createDatabase()
    for (const name of [doomed, other]) await cluster.query('CREATE TABLE orders (id int)', name)
    let dropping: Promise<unknown> | undefined
    const seen: unknown[] = []
    const consumer: Consumer = {
      async consume({ points }) {
        // The databases are known by now, and none of them has been visited.
        dropping ??= cluster.query(`DROP DATABASE ${doomed}`)
        await dropping
        seen.push(...points.map(({ series }) => series.attributes['postgresql.database.name']))
      },
      async consumeLogs() {},
    }
    await using under = receiverOf(cluster, { databases: [doomed, other] }, { consumer })
    await under.collect()
    expect(seen).toContain(other)
    const failed = under.messages('warn').filter((message) => !message.includes('is not watched'))
    expect(failed.length).toBeLessThanOrEqual(1)
    const from = under.logger.lines.length
    await under.collect()
    expect(
      under.logger.lines
        .slice(from)
        .filter(({ level }) => level === 'warn')
        .map(({ message }) => message),
    ).toEqual([`The database "${doomed}" is not watched: there is no such database.`])
  })

  test('nobody fails to drop a database because it is watched', async () => {
    const { cluster, createDatabase } = await postgres()
    const names = [await createDatabase(), await createDatabase(), await createDatabase()]
    for (const name of names) await cluster.query('CREATE TABLE orders (id int PRIMARY KEY)', name)
    await using under = receiverOf(cluster)
    const controller = new AbortController()
    const scraping = (async () => {
      while (!controller.signal.aborted) await under.collect()
    })()
    for (const name of names) {
      const visited = under.batches.length
      await eventually(() => expect(under.batches.length).toBeGreaterThan(visited), { intervalMs: 1 })
      const start = performance.now()
      await cluster.query(`DROP DATABASE ${name}`)
      expect(performance.now() - start).toBeLessThan(4_000)
    }
    controller.abort()
    await scraping
  })

  test('a visit leaves no session behind', async () => {
    const { cluster, createDatabase } = await postgres()
    const database = await createDatabase()
    await using under = await tickingReceiver(cluster)
    expect((await under.tick()).names).toContain('postgresql.table.count')
    const connections = `SELECT datname FROM pg_stat_activity WHERE application_name = 'otelephant'`
    await eventually(async () => expect(await cluster.query(connections)).toEqual([{ datname: 'postgres' }]), {
      timeoutMs: 2_000,
    })
    expect(database).not.toBe('postgres')
  })
})
