import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, describe, expect, test, vi } from 'vitest'
import type { Cluster } from '../../../../src/demo/embedded-postgres/cluster.ts'
import { Connection } from '../../../../src/receivers/postgresql/connection/connection.ts'
import { QueryError } from '../../../../src/receivers/postgresql/connection/query-error.ts'
import { sessionSettings } from '../../../../src/receivers/postgresql/connection/session-settings.ts'
import type { ConnectionSettings } from '../../../../src/receivers/postgresql/settings/connection-settings.ts'
import { eventually } from '../../../support/eventually.ts'
import { majors, startTestCluster, usePostgres } from '../../../support/postgres.ts'
import { startTcpProxy } from '../../../support/tcp-proxy.ts'
import { connectionOf, never, settingsOf, socketOf } from '../support/connecting.ts'

const newest = majors.at(-1) ?? 18
const certificate = (name: string) =>
  readFile(new URL(`../../../support/certificates/${name}`, import.meta.url), 'utf8')

async function failure(work: Promise<unknown>): Promise<QueryError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof QueryError) return error
  throw new Error('expected a QueryError', { cause: error })
}

/** Resolves when no backend runs that text any more. */
async function ended(cluster: Cluster, text: string, withinMs: number): Promise<void> {
  await using watcher = await cluster.connect()
  const running = `SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND query LIKE $1 AND pid <> pg_backend_pid()`
  const start = performance.now()
  while ((await watcher.query(running, [`%${text}%`])).rowCount !== 0) {
    if (performance.now() - start > withinMs) throw new Error(`${text} still runs after ${withinMs} ms`)
    await delay(10)
  }
}

/** Resolves when a backend runs that text. */
async function running(cluster: Cluster, text: string): Promise<void> {
  await eventually(async () => {
    const rows = await cluster.query(
      `SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%${text}%' AND pid <> pg_backend_pid()`,
    )
    expect(rows).toHaveLength(1)
  })
}

describe.each(majors)('a session on PostgreSQL %i', (major) => {
  const postgres = usePostgres(major)

  test('runs under every setting from its first statement on', async () => {
    const { cluster } = await postgres()
    const settings = settingsOf(cluster)
    await using connection = await connectionOf(settings)
    const expected = {
      ...sessionSettings(settings.limits),
      // In milliseconds, unlike the others.
      tcp_user_timeout: '5000',
      tcp_keepalives_idle: '10',
      tcp_keepalives_interval: '5',
      tcp_keepalives_count: '3',
      application_name: 'otelephant',
      ...(major >= 14 ? { client_connection_check_interval: '2s' } : {}),
      ...(major >= 17 ? { transaction_timeout: '10s' } : {}),
    }
    const text = `SELECT ${Object.keys(expected)
      .map((name) => `current_setting('${name}')`)
      .join(', ')}`
    const [row = []] = await connection.query('settings', text, [], never)
    expect(Object.fromEntries(Object.keys(expected).map((name, index) => [name, row[index]]))).toEqual(expected)
    expect([connection.pooled, Math.floor(connection.versionNumber / 10_000)]).toEqual([false, major])
  })

  test('shows limits as the server does, whatever their unit', async () => {
    const { cluster } = await postgres()
    for (const [statementTimeoutMs, lockTimeoutMs] of [
      [250, 1_500],
      [60_000, 90_000],
      [2_000, 0],
    ] as const) {
      await using connection = await connectionOf(
        settingsOf(cluster, { limits: { statementTimeoutMs, lockTimeoutMs } }),
      )
      expect(connection.pooled).toBe(false)
    }
  })

  test('refuses to write and to run two statements of one text', async () => {
    const { cluster } = await postgres()
    await using connection = await connectionOf(settingsOf(cluster, { username: 'postgres' }))
    const attempt = async (text: string) => (await failure(connection.query('attempt', text, [], never))).code
    expect(await attempt('CREATE TABLE public.mine (a int)')).toBe('25006')
    expect(await attempt('SELECT 1; SET default_transaction_read_only = off')).toBe('42601')
    expect(await attempt('SELECT nothing FROM nowhere')).toBe('42P01')
    expect(await connection.query('sum', 'SELECT $1::int + 1, NULL, true', [41], never)).toEqual([['42', null, 't']])
  })

  test('is ended by the statement timeout on the server', async () => {
    const { cluster } = await postgres()
    await using connection = await connectionOf(
      settingsOf(cluster, { limits: { statementTimeoutMs: 100, lockTimeoutMs: 100 } }),
    )
    expect((await failure(connection.query('sleep', 'SELECT pg_sleep(20)', [], never))).code).toBe('57014')
    expect(await connection.query('one', 'SELECT 1', [], never)).toEqual([['1']])
  })

  test.each(['tcp', 'unix'])(
    'aborting ends the statement on the server, over %s, and the session lives',
    async (way) => {
      const { cluster } = await postgres()
      await using connection = await connectionOf(settingsOf(way === 'tcp' ? cluster : socketOf(cluster)))
      const controller = new AbortController()
      const sleeping = connection.query('sleep', 'SELECT pg_sleep(4.125)', [], controller.signal)
      const aborted = expect(sleeping).rejects.toThrow('enough')
      await running(cluster, 'pg_sleep(4.125)')
      controller.abort(new Error('enough'))
      await ended(cluster, 'pg_sleep(4.125)', 2_500)
      await aborted
      expect(await connection.query('one', 'SELECT 1', [], never)).toEqual([['1']])
    },
  )

  test('a cancel request never hits a later statement', async () => {
    const { cluster } = await postgres()
    await using connection = await connectionOf(settingsOf(cluster))
    for (let round = 0; round < 40; round++) {
      const controller = new AbortController()
      const quick = connection.query(
        'quick',
        `SELECT count(*) FROM generate_series(1, ${round * 2_000})`,
        [],
        controller.signal,
      )
      const settled = quick.catch(() => undefined)
      await delay(round % 8)
      controller.abort(new Error('enough'))
      await settled
      expect(await connection.query('next', 'SELECT pg_sleep(0.002), 7', [], never)).toEqual([['', '7']])
    }
  })
})

describe('a session that loses its server', () => {
  const postgres = usePostgres(newest)

  test('gives up on a server that falls silent, at its own deadline', async () => {
    const { cluster } = await postgres()
    await using proxy = await startTcpProxy({ target: { host: cluster.host, port: cluster.port } })
    const connection = await Connection.connect(
      settingsOf(proxy, { limits: { statementTimeoutMs: 100, lockTimeoutMs: 100 } }),
      'postgres',
      true,
      never,
    )
    await proxy.set({ kind: 'black_hole' })
    const start = performance.now()
    const error = await failure(connection.query('one', 'SELECT 1', [], never))
    expect(error).toMatchObject({ code: 'timeout', message: 'one: no answer within 2.1s' })
    expect(performance.now() - start).toBeLessThan(4_000)
    expect(connection.closed).toBe(true)
    expect((await failure(connection.query('two', 'SELECT 2', [], never))).message).toContain('closed')
  })

  test('gives up on a server that takes connections and says nothing', async () => {
    const { cluster } = await postgres()
    await using proxy = await startTcpProxy({
      target: { host: cluster.host, port: cluster.port },
      mode: { kind: 'black_hole' },
    })
    const error = await failure(connectionOf(settingsOf(proxy, { connectTimeoutMs: 200 })))
    expect(error).toMatchObject({ code: 'timeout', message: expect.stringContaining('no answer within 200ms') })
  })

  test('gives up when the server falls silent between the handshake and the first answer', async () => {
    const { cluster } = await postgres()
    await using proxy = await startTcpProxy({ target: { host: cluster.host, port: cluster.port } })
    const connecting = failure(connectionOf(settingsOf(proxy, { connectTimeoutMs: 400 })))
    await eventually(() => expect(proxy.accepted).toBe(1), { intervalMs: 1 })
    await proxy.set({ kind: 'black_hole' })
    expect((await connecting).code).toBe('timeout')
  })

  test('aborting the connecting of one that says nothing is at once', async () => {
    const { cluster } = await postgres()
    await using proxy = await startTcpProxy({
      target: { host: cluster.host, port: cluster.port },
      mode: { kind: 'black_hole' },
    })
    const controller = new AbortController()
    const connecting = Connection.connect(settingsOf(proxy), 'postgres', true, controller.signal)
    const aborted = expect(connecting).rejects.toThrow('enough')
    await eventually(() => expect(proxy.accepted).toBe(1), { intervalMs: 1 })
    controller.abort(new Error('enough'))
    await aborted
  })

  test('is closed by an administrator without harm, idle or busy', async () => {
    const { cluster } = await postgres()
    const end = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'otelephant'`
    const idle = await Connection.connect(settingsOf(cluster), 'postgres', true, never)
    await cluster.query(end)
    await eventually(() => expect(idle.closed).toBe(true))
    const busy = await Connection.connect(settingsOf(cluster), 'postgres', true, never)
    const sleeping = failure(busy.query('sleep', 'SELECT pg_sleep(4.25)', [], never))
    await running(cluster, 'pg_sleep(4.25)')
    await cluster.query(end)
    expect((await sleeping).code).toBe('57P01')
    expect(busy.closed).toBe(true)
    await busy.close()
  })

  test('says that the connection broke, idle or busy', async () => {
    const { cluster } = await postgres()
    await using proxy = await startTcpProxy({ target: { host: cluster.host, port: cluster.port } })
    const idle = await Connection.connect(settingsOf(proxy), 'postgres', true, never)
    proxy.reset()
    await eventually(() => expect(idle.closed).toBe(true))
    const busy = await Connection.connect(settingsOf(proxy), 'postgres', true, never)
    const sleeping = failure(busy.query('sleep', 'SELECT pg_sleep(1.5)', [], never))
    await running(cluster, 'pg_sleep(1.5)')
    proxy.reset()
    expect((await sleeping).code).toMatch(/^(ECONNRESET|08006)$/)
    await cluster.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(1.5)%'
      AND pid <> pg_backend_pid()`)
  })

  test('says which database there is not, and who is not let in', async () => {
    const { cluster } = await postgres()
    const unknown = await failure(connectionOf(settingsOf(cluster), 'nowhere'))
    expect(unknown).toMatchObject({
      code: '3D000',
      message: expect.stringContaining('database "nowhere" does not exist (3D000)'),
    })
    expect((await failure(connectionOf(settingsOf(cluster, { username: 'nobody' })))).code).toBe('28000')
    const refused = await failure(connectionOf(settingsOf({ host: '127.0.0.1', port: 1 })))
    expect(refused.code).toBe('ECONNREFUSED')
  })
})

describe('a session on a server that asks for passwords and speaks TLS', () => {
  let started: Promise<Cluster> | undefined
  const secured = () => {
    started ??= (async () => {
      const cluster = await startTestCluster({
        major: newest,
        settings: { ssl: 'on', ssl_cert_file: 'server.crt', ssl_key_file: 'server.key' },
        files: { 'server.crt': await certificate('server.crt'), 'server.key': await certificate('server.key') },
        hba: ['hostssl all all 127.0.0.1/32 scram-sha-256', 'hostnossl all postgres 127.0.0.1/32 scram-sha-256'],
      })
      await cluster.query("CREATE ROLE monitor LOGIN PASSWORD 'opensesame' IN ROLE pg_monitor")
      return cluster
    })()
    return started
  }
  afterAll(async () => {
    await (await started)?.stop('fast')
  })
  const encrypted = async (overrides: Partial<ConnectionSettings> = {}) =>
    settingsOf(await secured(), { ssl: { rejectUnauthorized: false }, password: 'opensesame', ...overrides })

  test('asks for the password that nobody gave, and refuses a wrong one', async () => {
    const missing = await failure(connectionOf(await encrypted({ password: undefined })))
    expect(missing.message).toContain('the configuration gives none; set `password`')
    expect((await failure(connectionOf(await encrypted({ password: 'opensesami' })))).code).toBe('28P01')
    await using connection = await connectionOf(await encrypted())
    expect(
      await connection.query('ssl', 'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()', [], never),
    ).toEqual([['t']])
  })

  test('takes nothing from PG* variables of the environment', async () => {
    const variables = {
      PGPASSWORD: 'opensesame',
      PGOPTIONS: '-c work_mem=1234kB',
      PGSSLMODE: 'disable',
      PGSSLNEGOTIATION: 'direct',
      PGREPLICATION: 'database',
      PGAPPNAME: 'another',
      PGUSER: 'nobody',
      PGDATABASE: 'nowhere',
    }
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value)
    try {
      const missing = await failure(connectionOf(await encrypted({ password: undefined })))
      expect(missing.message).toContain('set `password`')
      for (const withOptions of [true, false]) {
        await using connection = await connectionOf(await encrypted(), 'postgres', withOptions)
        const text = `SELECT current_setting('work_mem'), current_setting('application_name'), current_database(), s.ssl
          FROM pg_stat_ssl AS s WHERE s.pid = pg_backend_pid()`
        expect(await connection.query('environment', text, [], never)).toEqual([['4MB', 'otelephant', 'postgres', 't']])
      }
      const plain = await failure(connectionOf(await encrypted({ ssl: undefined })))
      expect(plain.code).toBe('28000')
    } finally {
      vi.unstubAllEnvs()
    }
  })

  test('verifies the certificate against the authority, by name and by address', async () => {
    const ca = await certificate('ca.crt')
    const { port } = await secured()
    for (const host of ['127.0.0.1', 'localhost']) {
      await using connection = await connectionOf(
        await encrypted({ host, port, ssl: { rejectUnauthorized: true, ca } }),
      )
      expect(connection.pooled).toBe(false)
    }
    const unknown = await failure(connectionOf(await encrypted({ ssl: { rejectUnauthorized: true } })))
    expect(unknown.code).toMatch(/^(UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT_LOCALLY)$/)
    const elsewhere = await failure(
      connectionOf(await encrypted({ host: '127.0.0.2', ssl: { rejectUnauthorized: true, ca } })),
    )
    expect(['ECONNREFUSED', 'ERR_TLS_CERT_ALTNAME_INVALID']).toContain(elsewhere.code)
  })

  test.each(['127.0.0.1', 'localhost'])('cancels encrypted and verified, at %s', async (host) => {
    const cluster = await secured()
    const ssl = { rejectUnauthorized: true, ca: await certificate('ca.crt') }
    await using connection = await connectionOf(await encrypted({ host, ssl }))
    const controller = new AbortController()
    const sleeping = connection.query('sleep', 'SELECT pg_sleep(4.5)', [], controller.signal)
    const aborted = expect(sleeping).rejects.toThrow('enough')
    await running(cluster, 'pg_sleep(4.5)')
    controller.abort(new Error('enough'))
    await ended(cluster, 'pg_sleep(4.5)', 2_500)
    await aborted
    expect(connection.closed).toBe(false)
  })

  test('says when the server has no TLS', async () => {
    await using plain = await startTestCluster({ major: newest })
    const error = await failure(connectionOf(settingsOf(plain, { ssl: { rejectUnauthorized: false } })))
    expect(error.message).toContain('does not support SSL')
  })
})
