import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { connect } from 'node:net'
import { geteuid, kill, platform } from 'node:process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { describe, expect, test } from 'vitest'
import { packageSpec } from '../../src/demo/embedded-postgres/major.ts'
import { startCluster } from '../../src/demo/embedded-postgres.ts'
import { eventually } from '../support/eventually.ts'
import { oneMajor, startTestCluster } from '../support/postgres.ts'

const run = promisify(execFile)
const program = fileURLToPath(new URL('fixtures/start-cluster.ts', import.meta.url))

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  )

const identity = 'SELECT system_identifier::text AS id FROM pg_control_system()'
const bgwriterReset = 'SELECT stats_reset::text AS reset FROM pg_stat_bgwriter'

describe.each(oneMajor)('an embedded PostgreSQL %i', (major) => {
  test('answers over TCP and over the socket, with the defaults that we measure by', async () => {
    await using cluster = await startTestCluster({ major })
    await using local = await cluster.connect()
    const { rows } = await local.query(
      `SELECT current_setting('server_version_num')::int / 10000 AS major, current_setting('track_functions') AS functions,
              current_setting('track_io_timing') AS io, current_setting('shared_preload_libraries') AS preloaded`,
    )
    expect(rows).toEqual([{ major, functions: 'all', io: 'on', preloaded: 'pg_stat_statements' }])
    const remote = new Client({ connectionString: cluster.connectionString('postgres') })
    await remote.connect()
    expect((await remote.query('SELECT inet_server_port() AS port')).rows).toEqual([{ port: cluster.port }])
    await remote.end()
  })

  test('keeps port and data over a restart, also over a crash, and starts again after an outage', async () => {
    await using cluster = await startTestCluster({ major, settings: { work_mem: '7MB' } })
    const { port } = cluster
    await cluster.query("CREATE TABLE kept AS SELECT 'it''s here' AS what")
    const [before] = await cluster.query(bgwriterReset)
    await cluster.restart('fast')
    expect(await cluster.query(bgwriterReset)).toEqual([before])
    await cluster.restart('immediate')
    expect(await cluster.query(bgwriterReset)).not.toEqual([before])
    await cluster.halt('fast')
    await expect(cluster.query('SELECT 1')).rejects.toThrow('ENOENT')
    await cluster.start()
    expect(cluster.port).toBe(port)
    expect(await cluster.query('SELECT what, current_setting($$work_mem$$) AS work_mem FROM kept')).toEqual([
      { what: "it's here", work_mem: '7MB' },
    ])
  })

  test('recovers when one of its backends is killed', async () => {
    await using cluster = await startTestCluster({ major })
    await using client = await cluster.connect()
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
    cluster.signalBackend(rows[0]?.pid ?? 0, 'SIGKILL')
    await expect(client.query('SELECT pg_sleep(20)')).rejects.toThrow()
    await eventually(async () => expect(await cluster.log()).toContain('all server processes terminated'))
    await eventually(() => cluster.query('SELECT 1'))
  })

  test('has a standby that streams, is promoted and outlives its primary', async () => {
    await using primary = await startTestCluster({ major })
    await primary.query('CREATE TABLE replicated AS SELECT 41 AS n')
    await using standby = await primary.standby({ name: 'replica' })
    expect(await standby.query(identity)).toEqual(await primary.query(identity))
    await eventually(async () =>
      expect(
        await primary.query('SELECT application_name, state, active FROM pg_stat_replication, pg_replication_slots'),
      ).toEqual([{ application_name: 'replica', state: 'streaming', active: true }]),
    )
    await primary.query('UPDATE replicated SET n = 42')
    await eventually(async () => expect(await standby.query('SELECT n FROM replicated')).toEqual([{ n: 42 }]))
    expect(await standby.query('SELECT slot_name FROM pg_replication_slots')).toEqual([])
    await expect(standby.query('DELETE FROM replicated')).rejects.toThrow('read-only')
    await primary.stop('immediate')
    await standby.promote()
    await standby.query('DELETE FROM replicated')
    expect(await standby.query('SELECT pg_is_in_recovery() AS standby')).toEqual([{ standby: false }])
  })

  test('leaves nothing behind', async () => {
    const cluster = await startTestCluster({ major })
    const pid = Number((await readFile(`${cluster.dataDirectory}/postmaster.pid`, 'utf8')).split('\n')[0])
    await cluster.stop('fast')
    expect(await exists(cluster.socketDirectory)).toBe(false)
    expect(() => kill(pid, 0)).toThrow('ESRCH')
  })

  test('is another server than its siblings from the same template', async () => {
    await using one = await startTestCluster({ major })
    await using other = await startTestCluster({ major })
    expect(await one.query(identity)).not.toEqual(await other.query(identity))
    expect(await one.query(bgwriterReset)).not.toEqual(await other.query(bgwriterReset))
  })

  test('starts in a data directory of the caller, again too, and leaves it', async ({ onTestFinished }) => {
    const parent = await mkdtemp('/tmp/oe-test-')
    onTestFinished(() => rm(parent, { recursive: true }))
    const dataDirectory = `${parent}/data`
    await run('chmod', ['755', parent])
    {
      await using cluster = await startCluster({ major, dataDirectory })
      await cluster.query('CREATE TABLE kept AS SELECT 5 AS n')
    }
    await using cluster = await startCluster({ major, dataDirectory })
    expect(await cluster.query('SELECT n FROM kept')).toEqual([{ n: 5 }])
    expect(await readFile(`${dataDirectory}/postgresql.conf`, 'utf8')).toMatch(/include 'otelephant.conf'\n$/)
    expect((await readFile(`${dataDirectory}/postgresql.conf`, 'utf8')).match(/otelephant.conf/g)).toHaveLength(1)
  })

  test('asks for passwords where pg_hba.conf says so, and encrypts with the files it is given', async () => {
    const certificate = await readFile(new URL('../support/certificates/server.crt', import.meta.url), 'utf8')
    const key = await readFile(new URL('../support/certificates/server.key', import.meta.url), 'utf8')
    await using cluster = await startTestCluster({
      major,
      settings: { ssl: 'on', password_encryption: 'scram-sha-256' },
      files: { 'server.crt': certificate, 'server.key': key },
      hba: ['hostssl all all 127.0.0.1/32 scram-sha-256'],
    })
    await cluster.query("CREATE ROLE careful LOGIN PASSWORD 'sesame'")
    const ca = await readFile(new URL('../support/certificates/ca.crt', import.meta.url), 'utf8')
    const login = { host: 'localhost', port: cluster.port, user: 'careful', database: 'postgres', ssl: { ca } }
    const client = new Client({ ...login, password: 'sesame' })
    await client.connect()
    const { rows } = await client.query('SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()')
    expect(rows).toEqual([{ ssl: true, version: 'TLSv1.3' }])
    await client.end()
    await expect(new Client({ ...login, password: 'wrong' }).connect()).rejects.toThrow(
      'password authentication failed',
    )
    await cluster.setHba(['host all all 127.0.0.1/32 reject'])
    await expect(new Client({ ...login, password: 'sesame' }).connect()).rejects.toThrow('pg_hba.conf rejects')
  })
})

test('a start that fails says why, with the end of the log, and leaves nothing behind', async () => {
  const failure = await startTestCluster({ major: 18, settings: { shared_buffers: 'plenty' } }).then(
    () => 'it started',
    (error: Error) => error.message,
  )
  const [, directory = ''] =
    /did not start in (.+)\/data; .*\n[\s\S]*invalid value.*"shared_buffers"/.exec(failure) ?? []
  expect(directory).toMatch(/^\/(?:tmp|dev\/shm)\/oe-/)
  expect(await exists(directory)).toBe(false)
})

test('what to install is what the repository itself installs', async () => {
  const manifest = await readFile(new URL('../../package.json', import.meta.url), 'utf8')
  for (const major of [13, 14, 15, 16, 17, 18] as const) {
    const [name, alias] = packageSpec(major, 'linux', 'x64').split(/@(?=npm:)/)
    expect(manifest).toContain(`"${name}": "${alias}"`)
  }
})

test.skipIf(platform !== 'linux')('the server stops when our process is killed', async ({ onTestFinished }) => {
  const child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await once(createInterface(child.stdout), 'line')
  const { directory, port } = JSON.parse(String(line))
  onTestFinished(() => rm(directory, { recursive: true }))
  child.kill('SIGKILL')
  await eventually(async () => {
    const socket = connect(port, '127.0.0.1')
    // Accepted just before the end, it breaks later.
    socket.on('error', () => {})
    await expect(once(socket, 'connect')).rejects.toThrow('ECONNREFUSED')
  })
  await eventually(async () => expect(await exists(`${directory}/data/postmaster.pid`)).toBe(false))
})

test.skipIf(geteuid?.() !== 0)('an ordinary user starts it too', async () => {
  const child = spawn(process.execPath, [program, 'stop'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    uid: 65_534,
    gid: 65_534,
  })
  const [line] = await once(createInterface(child.stdout), 'line')
  const { owner, directory } = JSON.parse(String(line))
  expect(owner).toBe(65_534)
  if (child.exitCode === null) await once(child, 'exit')
  expect(child.exitCode).toBe(0)
  await expect(stat(directory)).rejects.toThrow('ENOENT')
})
