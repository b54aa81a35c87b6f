import { describe, expect, test } from 'vitest'
import type { Consumer } from '../../../../src/component/consumer.ts'
import type { Batch } from '../../../../src/pdata/batch.ts'
import { eventually } from '../../../support/eventually.ts'
import { endMajors, startTestCluster, usePostgres } from '../../../support/postgres.ts'
import { startTcpProxy } from '../../../support/tcp-proxy.ts'
import { receiverOf, serverErrors } from '../support/receiver-under-test.ts'
import { tickingReceiver } from '../support/ticking.ts'

const newest = endMajors.at(-1) ?? 18

describe('postgresql.up', () => {
  const postgres = usePostgres(newest)
  const proxied = async () => {
    const { cluster } = await postgres()
    return startTcpProxy({ target: { host: cluster.host, port: cluster.port } })
  }

  test('is 0 at every interval of an outage, and 1 on the same resource after it, also when it was 0 first', async () => {
    await using proxy = await proxied()
    await proxy.set({ kind: 'refuse' })
    await using under = await tickingReceiver(proxy)
    const resources = new Set<unknown>()
    const up = async () => {
      const { batches, attributes, values } = await under.tick()
      for (const { resource } of batches) resources.add(resource)
      return [values('postgresql.up'), attributes('postgresql.up').map((each) => each['error.type'])]
    }
    for (let tick = 0; tick < 4; tick++) expect(await up()).toEqual([[0], ['ECONNREFUSED']])
    await proxy.set({ kind: 'pass' })
    // The back-off may last two intervals.
    await under.ticks(3)
    expect(await up()).toEqual([[1], [undefined]])
    await proxy.set({ kind: 'refuse' })
    proxy.reset()
    for (let tick = 0; tick < 3; tick++) expect(await up()).toEqual([[0], ['ECONNREFUSED']])
    await proxy.set({ kind: 'pass' })
    await under.ticks(3)
    expect(await up()).toEqual([[1], [undefined]])
    expect(resources.size).toBe(1)
    expect(under.statuses.at(-1)?.kind).toBe('ok')
    const outages = under.logger.lines.filter(({ level }) => level === 'warn')
    expect(outages.length).toBeLessThanOrEqual(4)
  })

  test('is 0 with a time-out when the server takes the connection and says nothing', async () => {
    await using proxy = await proxied()
    await proxy.set({ kind: 'black_hole' })
    await using under = receiverOf(proxy, { timeout: '400ms' })
    const { attributes, values, error } = await under.collect()
    expect(values('postgresql.up')).toEqual([0])
    expect(attributes('postgresql.up')).toEqual([{ 'error.type': 'timeout' }])
    expect(String(error)).toContain('nothing could be read')
  })

  test('is 0 with a time-out when the server falls silent between two scrapes', async () => {
    await using proxy = await proxied()
    await using under = receiverOf(proxy, { timeout: '600ms' })
    expect((await under.collect()).values('postgresql.up')).toEqual([1])
    await proxy.set({ kind: 'black_hole' })
    const { attributes, values } = await under.collect()
    expect([values('postgresql.up'), attributes('postgresql.up')]).toEqual([[0], [{ 'error.type': 'timeout' }]])
  })

  test.each([
    ['there is no such role', { username: 'nobody' }, '28000'],
    ['there is no such database to connect to', { connect_database: 'nowhere' }, '3D000'],
  ])('is 0 with the SQLSTATE when %s', async (_, config, code) => {
    const { cluster } = await postgres()
    await using under = receiverOf(cluster, config)
    const { attributes, values } = await under.collect()
    expect([values('postgresql.up'), attributes('postgresql.up')]).toEqual([[0], [{ 'error.type': code }]])
  })

  test('is 0 with 28P01 when the password is wrong, and the log of the server is left alone', async () => {
    await using cluster = await startTestCluster({ major: newest, hba: ['host all all 127.0.0.1/32 scram-sha-256'] })
    await cluster.query("CREATE ROLE monitor LOGIN PASSWORD 'right' IN ROLE pg_monitor")
    await using under = await tickingReceiver(cluster, { password: 'wrong' })
    for (let tick = 0; tick < 12; tick++) {
      const { attributes } = await under.tick()
      expect(attributes('postgresql.up')).toEqual([{ 'error.type': '28P01' }])
    }
    // Twelve ticks of two scrapers.
    expect((await serverErrors(cluster, 0)).length).toBeLessThanOrEqual(12)
  })
})

describe.each(endMajors)('a PostgreSQL %i that goes away', (major) => {
  const postgres = usePostgres(major)

  /** Keeps what it takes and does something at the first batch. */
  function interrupting(act: () => Promise<void>): Consumer & { readonly batches: Batch[] } {
    const batches: Batch[] = []
    let acting: Promise<void> | undefined
    return {
      batches,
      async consume(batch) {
        acting ??= act()
        await acting
        batches.push(batch)
      },
      async consumeLogs() {},
    }
  }

  test('in the middle of a scrape is 0 with the next, and scraped again when it is back, by itself', async () => {
    const { cluster } = await postgres()
    const consumer = interrupting(() => cluster.halt('immediate'))
    await using under = receiverOf(cluster, {}, { consumer })
    // It was up when it was asked, which is the first thing that each scrape does.
    await under.receiver.collect(AbortSignal.timeout(20_000)).catch(() => undefined)
    consumer.batches.length = 0
    await under.receiver.collect(AbortSignal.timeout(20_000)).catch(() => undefined)
    const ups = () =>
      consumer.batches.flatMap(({ points }) =>
        points.flatMap(({ series, value }) =>
          series.metric.name === 'postgresql.up' ? [[value, series.attributes['error.type']]] : [],
        ),
      )
    expect(ups()).toEqual([[0, expect.stringMatching(/^(57P01|57P02|57P03|08006|ECONNRESET|ECONNREFUSED|ENOENT)$/)]])
    await cluster.start()
    under.clock.skip(90_000)
    consumer.batches.length = 0
    await under.receiver.collect(AbortSignal.timeout(20_000))
    expect(ups()).toEqual([[1, undefined]])
    const names = new Set(consumer.batches.flatMap(({ points }) => points.map(({ series }) => series.metric.name)))
    expect(names).toContain('postgresql.commits')
    expect(names).toContain('postgresql.table.count')
  })

  test('and comes back after a clean restart is told once, at INFO; after a crash once, at WARN', async () => {
    const { cluster } = await postgres()
    await using under = await tickingReceiver(cluster)
    const told = async (event: () => Promise<unknown>) => {
      const from = under.logger.lines.length
      await event()
      await under.ticks(6)
      return under.logger.lines
        .slice(from)
        .filter(({ message }) => message.startsWith('The server'))
        .map(({ level, message }) => `${level}: ${message}`)
    }
    await under.tick()
    expect(await told(() => cluster.restart('fast'))).toEqual([
      'info: The server was restarted; its statistics were kept.',
    ])
    const crash = 'warn: The server has crashed or lost its statistics; counters began at zero.'
    expect(await told(() => cluster.restart('immediate'))).toEqual([crash])
    const kill = async () => {
      const reset = 'SELECT stats_reset FROM pg_stat_bgwriter'
      const before = await cluster.query(reset)
      const client = await cluster.connect()
      const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
      for (const { pid } of rows) cluster.signalBackend(pid, 'SIGKILL')
      // Until the postmaster has noticed, it takes connections as before.
      await eventually(async () => expect(await cluster.query(reset)).not.toEqual(before), { timeoutMs: 20_000 })
    }
    expect(await told(kill)).toEqual([crash])
    expect(await told(() => cluster.query("SELECT pg_stat_reset_shared('bgwriter')"))).toEqual([])
  })

  test('changes from standby to primary is told once, and planned anew', async () => {
    const { cluster } = await postgres()
    await using standby = await cluster.standby()
    await using under = await tickingReceiver(standby)
    expect((await under.tick()).values('postgresql.in_recovery')).toEqual([1])
    await standby.promote()
    expect((await under.tick()).values('postgresql.in_recovery')).toEqual([0])
    await under.tick()
    expect(under.messages('warn').filter((message) => message.startsWith('The server'))).toEqual([
      'The server has become a primary.',
    ])
  })
})

describe.each(endMajors)('a query that PostgreSQL %i denies', (major) => {
  const postgres = usePostgres(major)

  test('is not asked, costs no other and no ERROR in the log of the server, is told, and is asked once it is granted', async () => {
    const { cluster } = await postgres()
    await cluster.query('REVOKE EXECUTE ON FUNCTION pg_stat_get_db_xact_commit(oid) FROM PUBLIC')
    const from = (await cluster.log()).length
    await using under = await tickingReceiver(cluster)
    const first = await under.tick()
    expect(first.values('postgresql.commits')).toEqual([])
    const others = ['postgresql.rollbacks', 'postgresql.backends', 'postgresql.uptime', 'postgresql.table.count']
    for (const name of ['postgresql.up', ...others]) {
      expect(first.names).toContain(name)
    }
    await under.ticks(6)
    expect(await serverErrors(cluster, from)).toEqual([])
    expect(under.statuses.at(-1)?.kind).toBe('ok')
    const told = under.messages('warn').filter((message) => message.startsWith('Not collected: postgresql.commits'))
    expect(told).toEqual([
      expect.stringContaining(
        'GRANT EXECUTE ON FUNCTION pg_stat_get_db_xact_commit(oid) TO monitor, in the database "postgres"',
      ),
    ])
    await cluster.query('GRANT EXECUTE ON FUNCTION pg_stat_get_db_xact_commit(oid) TO PUBLIC')
    expect((await under.tick()).values('postgresql.commits').length).toBeGreaterThan(0)
    expect(await serverErrors(cluster, from)).toEqual([])
  })

  test('and the server that hides who it is are watched all the same', async () => {
    const { cluster } = await postgres()
    await cluster.query('REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC')
    const from = (await cluster.log()).length
    await using under = receiverOf(cluster)
    const { batches, values } = await under.collect()
    expect(values('postgresql.up')).toEqual([1])
    const ofServer = batches.filter(({ reading }) => reading.query.endsWith('//instance'))
    expect(ofServer.map(({ reading }) => reading.epoch.server)).toEqual([''])
    expect(ofServer[0]?.reading.epoch.witnesses.map(({ text }) => text)).not.toContain('')
    expect(await serverErrors(cluster, from)).toEqual([])
  })
})
