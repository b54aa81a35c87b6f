import { describe, expect, test } from 'vitest'
import { systemClock } from '../../../../src/component/clock.ts'
import type { Cluster } from '../../../../src/demo/embedded-postgres/cluster.ts'
import type { Connection } from '../../../../src/receivers/postgresql/connection/connection.ts'
import { Connector } from '../../../../src/receivers/postgresql/connection/connector.ts'
import { sessionSettings } from '../../../../src/receivers/postgresql/connection/session-settings.ts'
import { majors, usePostgres } from '../../../support/postgres.ts'
import { withoutParameter } from '../../../support/startup-packet.ts'
import { startTcpProxy } from '../../../support/tcp-proxy.ts'
import { never, settingsOf } from '../support/connecting.ts'
import { startRefusingPooler } from './support/refusing-pooler.ts'

/** A pooler in front of the server: one that drops the start-up options, and one that refuses them. */
const poolers = {
  'drops the options': (cluster: Cluster) =>
    startTcpProxy({
      target: { host: cluster.host, port: cluster.port },
      startup: (packet) => withoutParameter(packet, 'options'),
    }),
  'refuses the options': startRefusingPooler,
}

async function connectThrough(pooler: { host: string; port: number }): Promise<Connection> {
  const connector = new Connector({
    connection: settingsOf(pooler),
    clock: systemClock(),
    spacingMs: 0,
    opened: () => {},
  })
  return connector.connect('postgres', never)
}

describe.each(majors)('PostgreSQL %i behind a pooler', (major) => {
  const postgres = usePostgres(major, { settings: { log_statement: 'all' } })

  describe.each(Object.entries(poolers))('that %s', (_, start) => {
    test('every limit is in force inside each query', async () => {
      const { cluster } = await postgres()
      await using pooler = await start(cluster)
      const connection = await connectThrough(pooler)
      const local = Object.entries(sessionSettings(settingsOf(cluster).limits)).filter(
        ([name]) => !name.startsWith('default_transaction_'),
      )
      const expected = {
        ...Object.fromEntries(local),
        transaction_read_only: 'on',
        transaction_isolation: 'read committed',
        ...(major >= 17 ? { transaction_timeout: '10s' } : {}),
      }
      const text = `SELECT ${Object.keys(expected)
        .map((name) => `current_setting('${name}')`)
        .join(', ')}`
      const [row = []] = await connection.query('settings', text, [], never)
      expect(Object.fromEntries(Object.keys(expected).map((name, index) => [name, row[index]]))).toEqual(expected)
      expect(connection.pooled).toBe(true)
      await connection.close()
    })

    test('nothing is set for the session and no transaction stays open, also when queries fail', async () => {
      const { cluster } = await postgres()
      await using pooler = await start(cluster)
      const connection = await connectThrough(pooler)
      const before = (await cluster.log()).length
      const [pid] = await connection.query('pid', 'SELECT pg_backend_pid()', [], never)
      await expect(connection.query('write', 'CREATE TABLE public.t ()', [], never)).rejects.toMatchObject({
        code: '25006',
      })
      await expect(connection.query('two', 'SELECT 1; SELECT 2', [], never)).rejects.toMatchObject({ code: '42601' })
      await expect(connection.query('sleep', 'SELECT pg_sleep(9)', [], AbortSignal.timeout(100))).rejects.toThrow()
      expect(await connection.query('one', 'SELECT 1', [], never)).toEqual([['1']])
      expect(await cluster.query(`SELECT state, xact_start FROM pg_stat_activity WHERE pid = ${pid?.[0]}`)).toEqual([
        { state: 'idle', xact_start: null },
      ])
      const statements = (await cluster.log()).slice(before)
      const sets = statements.match(/\bSET\s+(?!LOCAL )\w+|set_config/g) ?? []
      expect(statements).toContain('SET LOCAL statement_timeout')
      expect(sets).toEqual([])
      await connection.close()
    })
  })

  test('a refusal of the options is met once', async () => {
    const { cluster } = await postgres()
    await using pooler = await startRefusingPooler(cluster)
    const connector = new Connector({
      connection: settingsOf(pooler),
      clock: systemClock(),
      spacingMs: 0,
      opened: () => {},
    })
    for (let times = 0; times < 3; times++) await (await connector.connect('postgres', never)).close()
    expect(pooler.refused()).toBe(1)
  })
})
