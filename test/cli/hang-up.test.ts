import { existsSync, readFileSync } from 'node:fs'
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { folderWith, root, start, startCommand } from './support/otelephant.ts'
import { configuration, endpointOf, useWatched } from './support/watched.ts'

const watched = useWatched()

async function running() {
  const { cluster } = await watched()
  const endpoint = await endpointOf()
  const yaml = configuration({ cluster, endpoint, receiver: ['databases: [postgres]'] })
  const cwd = await folderWith({ 'otelephant.yaml': yaml })
  return { cwd, endpoint }
}

test('SIGHUP: `run` says that it is ignored and goes on; a SIGTERM after it ends in order', async ({ signal }) => {
  const { cwd, endpoint } = await running()
  const otelephant = start(['run', '-c', 'otelephant.yaml'], { cwd })
  await endpoint.waitFor((received) => received.points().length > 0, signal)
  const before = endpoint.received.points({ metric: 'postgresql.up' }).length
  otelephant.kill('SIGHUP')
  const line = await otelephant.logged('SIGHUP is ignored')
  expect(line).toMatchObject({ level: 'info', msg: 'SIGHUP is ignored: a changed configuration needs a restart.' })
  await endpoint.waitFor((received) => received.points({ metric: 'postgresql.up' }).length > before + 1, signal)
  otelephant.kill('SIGTERM')
  expect((await otelephant.ended).code).toBe(0)
  expect(otelephant.lines.filter(({ msg }) => msg.includes('SIGHUP'))).toHaveLength(1)
  expect(await otelephant.logged('Stopped.')).toMatchObject({ queued: 0, dropped: {} })
})

test('a SIGHUP while `run` stops does not end it at once', async ({ signal }) => {
  const { cluster } = await watched()
  const endpoint = await endpointOf(() => 'hang')
  const cwd = await folderWith({ 'otelephant.yaml': configuration({ cluster, endpoint }) })
  const otelephant = start(['run', '-c', 'otelephant.yaml'], { cwd })
  await endpoint.waitFor((received) => received.requests().length > 0, signal)
  otelephant.kill('SIGTERM')
  await otelephant.logged('Stopping')
  otelephant.kill('SIGHUP')
  expect(await otelephant.ended).toMatchObject({ code: 0, signal: null })
  expect(await otelephant.logged('Stopped.')).toMatchObject({ queued: 0 })
})

test('SIGHUP while `run` starts is ignored too, whenever it comes', async () => {
  for (const moment of [150, 300, 600]) {
    const { cwd } = await running()
    const otelephant = start(['run', '-c', 'otelephant.yaml'], { cwd })
    await delay(moment)
    otelephant.kill('SIGHUP')
    const said = await Promise.race([otelephant.ended, otelephant.logged('SIGHUP is ignored').catch(() => undefined)])
    // A machine so busy that nothing of ours ran yet: Node's own way, at once and with nothing begun.
    if (said !== undefined && 'signal' in said) {
      expect(said).toMatchObject({ signal: 'SIGHUP', stderr: '' })
      continue
    }
    await otelephant.logged('Started.')
    otelephant.kill('SIGTERM')
    expect((await otelephant.ended).code).toBe(0)
  }
})

test('SIGHUP: `demo` stops as by a SIGTERM and leaves nothing behind', async () => {
  for (const name of ['SIGHUP', 'SIGTERM'] as const) {
    const data = await mkdtemp('/tmp/oed-')
    // The server's account has to get in.
    await chmod(data, 0o755)
    onTestFinished(() => rm(data, { recursive: true, force: true }))
    const demo = start(['demo', '--data', data])
    await demo.printed('A small workload')
    const sockets = await readFile(join(data, 'sockets'), 'utf8')
    expect(existsSync(sockets)).toBe(true)
    demo.kill(name)
    const { code, signal, stderr } = await demo.ended
    expect({ code, signal, stack: stderr.includes('    at ') }).toEqual({ code: 0, signal: null, stack: false })
    expect(demo.stdout).toMatch(/errors {7}none\n$/)
    expect({ sockets: existsSync(sockets), server: existsSync(join(data, 'postgresql/postmaster.pid')) }).toEqual({
      sockets: false,
      server: false,
    })
  }
})

test('a demo that is stopped while it starts says so, without a stack', async () => {
  for (const [args, code] of [
    [['demo'], 0],
    [['demo', '--once'], 1],
  ] as const) {
    const demo = start(args)
    await demo.printed('PostgreSQL 18 on')
    demo.kill('SIGTERM')
    expect(await demo.ended).toMatchObject({ code, stderr: 'The demo ended early: stopped by SIGTERM\n' })
  }
})

test('a terminal that is closed ends `run` in order, what waits is delivered: nobody could stop it any more', async ({
  signal,
}) => {
  const { cluster } = await watched()
  const endpoint = await endpointOf(() => ({ status: 503 }))
  const yaml = configuration({ cluster, endpoint, interval: '1h' })
    .replace('initial_interval: 200ms', 'initial_interval: 1m')
    .replace('max_interval: 500ms', 'max_interval: 1m')
    .concat('  telemetry: {logs: {level: debug}}\n')
  const cwd = await folderWith({ 'otelephant.yaml': yaml })
  const command = `exec ${process.execPath} ${root}/src/main.ts run -c otelephant.yaml`
  const terminal = startCommand('script', ['-qefc', command, '/dev/null'], { cwd, env: { TERM: 'xterm' } })
  await endpoint.waitFor((received) => received.requests().length > 0, signal)
  await terminal.printed('Delivery fails and is tried again')
  for (const scraper of ['server', 'databases']) await terminal.printed(new RegExp(`Scraped\\..*${scraper}`))
  const pid = childOf(terminal.pid)
  endpoint.respondWith(undefined)
  terminal.kill('SIGKILL')
  await eventually(() => expect(isGone(pid)).toBe(true))
  expect(endpoint.received.points().length).toBeGreaterThan(10)
})

test('without a terminal of its own, as under nohup, a closed terminal is a SIGHUP like others', async ({ signal }) => {
  const { cwd, endpoint } = await running()
  const command = `exec nohup ${process.execPath} ${root}/src/main.ts run -c otelephant.yaml >out 2>&1 </dev/null`
  const terminal = startCommand('script', ['-qefc', command, '/dev/null'], { cwd })
  await endpoint.waitFor((received) => received.points().length > 0, signal)
  const pid = childOf(terminal.pid)
  terminal.kill('SIGKILL')
  await terminal.ended
  const before = endpoint.received.points({ metric: 'postgresql.up' }).length
  await endpoint.waitFor((received) => received.points({ metric: 'postgresql.up' }).length > before + 1, signal)
  process.kill(pid, 'SIGTERM')
  await eventually(() => expect(isGone(pid)).toBe(true))
})

/** The only child of a process. */
function childOf(pid: number | undefined): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim())
}

/** Whether it has ended, waited for or not. */
function isGone(pid: number): boolean {
  try {
    return /^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return true
  }
}
