import { once } from 'node:events'
import { createServer } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'
import { folderWith, type Otelephant, root, start, startCommand } from './support/otelephant.ts'
import { licenseKey } from './support/secrets.ts'
import { type ConfigurationParts, configuration, endpointOf, useWatched } from './support/watched.ts'

const watched = useWatched()
const stopWithinMs = 10_000

async function running(parts: ConfigurationParts, ...args: readonly string[]): Promise<Otelephant> {
  const cwd = await folderWith({ 'otelephant.yaml': configuration(parts) })
  return start(['run', '--config', 'otelephant.yaml', ...args], { cwd })
}

/** Sends the signal and gives how it ended and how long that took. */
async function stopped(otelephant: Otelephant, signal: NodeJS.Signals) {
  const startedMs = performance.now()
  otelephant.kill(signal)
  const { code, stderr } = await otelephant.ended
  expect(performance.now() - startedMs, stderr).toBeLessThan(stopWithinMs)
  return code
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`${signal}: what was read is delivered, the account balances, exit code 0`, async ({ signal: aborted }) => {
    const { cluster } = await watched()
    const endpoint = await endpointOf()
    const otelephant = await running({ cluster, endpoint, receiver: ['databases: [postgres]'] })
    await endpoint.waitFor((received) => received.points().length > 0, aborted)
    expect(await stopped(otelephant, signal)).toBe(0)
    expect(await otelephant.logged('Stopping')).toMatchObject({ reason: `stopped by ${signal}` })
    const account = await otelephant.logged('Stopped.')
    expect(account).toMatchObject({ exporter: 'newrelic', queued: 0, dropped: {} })
    expect(account['sent']).toBe(endpoint.received.points().length)
    expect(otelephant.stdout).toBe('')
  })
}

test('a signal before the first scrape ends it with exit code 0', async () => {
  const { cluster } = await watched()
  const otelephant = await running(
    { cluster, endpoint: await endpointOf() },
    '--set',
    'receivers.postgresql.initial_delay=1h',
  )
  await otelephant.logged('Started.')
  expect(await stopped(otelephant, 'SIGTERM')).toBe(0)
})

test('an endpoint that hangs: the stop takes seconds, says how many points are lost, and ends with exit code 0', async ({
  signal,
}) => {
  const { cluster } = await watched()
  const endpoint = await endpointOf(() => 'hang')
  const otelephant = await running({ cluster, endpoint })
  await endpoint.waitFor((received) => received.requests().length > 0, signal)
  expect(await stopped(otelephant, 'SIGTERM')).toBe(0)
  const lost = await otelephant.logged('The rest of the queue was dropped at shutdown')
  expect(lost.level).toBe('error')
  expect(lost['points']).toBeGreaterThan(10)
  expect(await otelephant.logged('Stopped.')).toMatchObject({ sent: 0, dropped: { shutdown: lost['points'] } })
})

test('a second signal ends it at once', async ({ signal }) => {
  const { cluster } = await watched()
  for (const { name, code } of [
    { name: 'SIGTERM', code: 143 },
    { name: 'SIGINT', code: 130 },
  ] as const) {
    const endpoint = await endpointOf(() => 'hang')
    const otelephant = await running({ cluster, endpoint })
    await endpoint.waitFor((received) => received.requests().length > 0, signal)
    otelephant.kill('SIGTERM')
    await otelephant.logged('a second signal stops at once')
    const startedMs = performance.now()
    otelephant.kill(name)
    expect((await otelephant.ended).code).toBe(code)
    expect(performance.now() - startedMs).toBeLessThan(3_000)
  }
})

async function throughProxy(
  mode: 'black_hole' | 'drip',
): Promise<{ readonly proxy: TcpProxy; readonly otelephant: Otelephant }> {
  const { cluster } = await watched()
  const target = { host: cluster.host, port: cluster.port }
  const proxy = await startTcpProxy({
    target,
    mode: mode === 'drip' ? { kind: 'drip', bytes: 16, everyMs: 20 } : { kind: 'black_hole' },
  })
  onTestFinished(() => proxy[Symbol.asyncDispose]())
  const otelephant = await running({ cluster: proxy, endpoint: await endpointOf() })
  await eventually(() => expect(proxy.accepted).toBeGreaterThan(0))
  return { proxy, otelephant }
}

test('a server that swallows everything does not hold up the stop', async () => {
  const { otelephant } = await throughProxy('black_hole')
  expect(await stopped(otelephant, 'SIGTERM')).toBe(0)
})

test('a stop in the middle of a scrape leaves no session on the server', async () => {
  const { cluster } = await watched()
  const { otelephant } = await throughProxy('drip')
  const connections = "SELECT pid FROM pg_stat_activity WHERE application_name = 'otelephant'"
  await eventually(async () => expect(await cluster.query(connections)).not.toEqual([]))
  expect(await stopped(otelephant, 'SIGTERM')).toBe(0)
  await eventually(async () => expect(await cluster.query(connections)).toEqual([]))
})

test('a refused key is said once and loudly, and what was read is kept', async ({ signal }) => {
  const { cluster } = await watched()
  const endpoint = await endpointOf(undefined, 'another')
  const otelephant = await running({ cluster, endpoint })
  await endpoint.waitFor((received) => received.requests().length > 0, signal)
  const refusal = await otelephant.logged('The endpoint refuses the key.')
  expect(refusal).toMatchObject({ level: 'error', exporter: 'newrelic', error: 'HTTP 403' })
  expect(refusal['queued_points']).toBeGreaterThan(0)
  expect(await stopped(otelephant, 'SIGTERM')).toBe(0)
  expect(otelephant.lines.filter(({ msg }) => msg.includes('refuses the key'))).toHaveLength(1)
})

test('a server that goes away and comes back is a warning and a relief, one line each', async () => {
  const { cluster } = await watched()
  const otelephant = await running({ cluster, endpoint: await endpointOf(), receiver: ['databases: [postgres]'] })
  await otelephant.logged('Watching the server.')
  await cluster.halt('fast')
  expect(await otelephant.logged('A scrape failed.')).toMatchObject({ level: 'warn', receiver: 'postgresql' })
  await cluster.start()
  expect(await otelephant.logged('Scrapes work again.')).toMatchObject({ level: 'info' })
  expect(await stopped(otelephant, 'SIGTERM')).toBe(0)
  const about = otelephant.lines.filter(({ msg }) => /scrape/i.test(msg)).map(({ msg }) => msg)
  expect(about.length).toBeLessThanOrEqual(4)
})

test('an endpoint that goes away and comes back is a warning and a relief, and nothing is lost', async () => {
  const { cluster } = await watched()
  const endpoint = await endpointOf(() => ({ status: 503 }))
  const otelephant = await running({ cluster, endpoint, receiver: ['databases: [postgres]'] })
  expect(await otelephant.logged('Delivery fails and is tried again')).toMatchObject({
    level: 'warn',
    error: 'HTTP 503',
  })
  endpoint.respondWith(undefined)
  expect(await otelephant.logged('Delivery works again.')).toMatchObject({ level: 'info', exporter: 'newrelic' })
  expect(await stopped(otelephant, 'SIGTERM')).toBe(0)
  expect(await otelephant.logged('Stopped.')).toMatchObject({
    queued: 0,
    dropped: {},
    sent: endpoint.received.points().length,
  })
})

test('in the steady state nothing is logged', async ({ signal }) => {
  const { cluster } = await watched()
  const endpoint = await endpointOf()
  const otelephant = await running({ cluster, endpoint, receiver: ['databases: [postgres]', 'instance: orders'] })
  await endpoint.waitFor((received) => received.points({ metric: 'postgresql.up' }).length >= 4, signal)
  expect(otelephant.lines.map(({ msg }) => msg).toSorted()).toEqual([
    'Delivering.',
    'Started.',
    'Watching the server.',
    'What waits to be delivered is kept in memory: it is lost if the process is killed.',
  ])
})

test('a reader of standard output that goes away ends it without a stack trace', async () => {
  const { cluster } = await watched()
  const text = configuration({ cluster, endpoint: await endpointOf() })
    .replace('exporters:\n', 'exporters:\n  debug: {}\n')
    .replace('[newrelic]', '[newrelic, debug]')
  const cwd = await folderWith({ 'otelephant.yaml': text })
  const otelephant = start(['run', '-c', 'otelephant.yaml'], { cwd })
  await otelephant.printed('postgresql.up')
  otelephant.closeStdout()
  const { code, stderr } = await otelephant.ended
  expect({ code, stack: stderr.includes('    at ') }).toEqual({ code: 0, stack: false })
})

test('a reader of the log that goes away does not end it: it delivers on, and ends in order', async ({ signal }) => {
  const { cluster } = await watched()
  const endpoint = await endpointOf()
  const otelephant = await running({ cluster, endpoint, receiver: ['databases: [postgres]'] })
  await otelephant.logged('Watching the server.')
  otelephant.closeStderr()
  otelephant.kill('SIGHUP')
  const before = endpoint.received.points({ metric: 'postgresql.up' }).length
  await endpoint.waitFor((received) => received.points({ metric: 'postgresql.up' }).length > before + 1, signal)
  expect(await stopped(otelephant, 'SIGTERM')).toBe(0)
})

test('SIGQUIT ends it at once, whatever waits', async ({ signal }) => {
  const { cluster } = await watched()
  const endpoint = await endpointOf(() => 'hang')
  const otelephant = await running({ cluster, endpoint })
  await endpoint.waitFor((received) => received.requests().length > 0, signal)
  otelephant.kill('SIGQUIT')
  expect(await otelephant.ended).toMatchObject({ code: null, signal: 'SIGQUIT' })
  expect(otelephant.lines.filter(({ msg }) => msg.includes('Stopping'))).toEqual([])
})

test('on a terminal the log is for people', async () => {
  const { cluster } = await watched()
  const cwd = await folderWith({ 'otelephant.yaml': configuration({ cluster, endpoint: await endpointOf() }) })
  const command = `${process.execPath} ${root}/src/main.ts run -c otelephant.yaml`
  const otelephant = startCommand('script', ['-qefc', command, '/dev/null'], { cwd, env: { TERM: 'xterm' } })
  await otelephant.printed('Watching the server.')
  expect(otelephant.stdout).toMatch(/\[\d\d:\d\d:\d\d\.\d{3}\].*INFO.*Started\./)
  expect(otelephant.stdout).not.toContain('"msg"')
})

test('HTTPS_PROXY is honoured, and does not see the key', async () => {
  const { cluster } = await watched()
  const proxy = createServer()
  const connects: string[] = []
  const said: string[] = []
  proxy.on('connect', (request, socket) => {
    connects.push(request.url ?? '')
    said.push(JSON.stringify(request.headers))
    socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  onTestFinished(() => void proxy.close())
  const address = proxy.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const cwd = await folderWith({
    'otelephant.yaml': configuration({ cluster, endpoint: { url: 'https://otlp.example.invalid' } }),
  })
  const otelephant = start(['run', '-c', 'otelephant.yaml'], { cwd, env: { HTTPS_PROXY: `http://127.0.0.1:${port}` } })
  await otelephant.logged('Delivery fails and is tried again')
  expect(await stopped(otelephant, 'SIGTERM')).toBe(0)
  expect(new Set(connects)).toEqual(new Set(['otlp.example.invalid:443']))
  expect(said.join()).not.toContain(licenseKey)
  expect(otelephant.stderr).not.toContain('ExperimentalWarning')
})

test('of two configuration files the later wins, and --set over both', async ({ signal }) => {
  const { cluster } = await watched()
  const endpoint = await endpointOf()
  const cwd = await folderWith({
    'base.yaml': configuration({ cluster: { host: '127.0.0.1', port: 1 }, endpoint, receiver: ['instance: base'] }),
    'site.yaml': `receivers: {postgresql: {endpoint: "127.0.0.1:${cluster.port}", instance: site}}\n`,
  })
  const otelephant = start(
    ['run', '-c', 'base.yaml', '-c', 'site.yaml', '--set', 'receivers.postgresql.instance=shell'],
    { cwd },
  )
  await endpoint.waitFor((received) => received.points({ metric: 'postgresql.up' }).length > 0, signal)
  expect(endpoint.received.points({ metric: 'postgresql.up' })[0]).toMatchObject({
    value: 1n,
    resource: { 'service.instance.id': 'shell', 'server.port': BigInt(cluster.port) },
  })
  expect(await stopped(otelephant, 'SIGINT')).toBe(0)
})
