import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { folderWith, start } from '../cli/support/otelephant.ts'
import { configuration, endpointOf, useWatched } from '../cli/support/watched.ts'
import { installed, useBuilt } from './support/built.ts'

const watched = useWatched()
const built = useBuilt()

/** Node itself handles SIGINT and SIGTERM from its first milliseconds on; a SIGHUP only who asks for it. */
function handlesHangUp(pid: number): boolean {
  const mask = /^SigCgt:\s*(\w+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0'
  return (BigInt(`0x${mask}`) & 1n) === 1n
}

const moments = [0, 20, 40, 60, 80, 100, 130, 160, 200, 250, 300, 400, 600, 1_000]

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s at any moment: ended with nothing stored or sent, or in order with everything delivered',
  async (name) => {
    const { cluster } = await watched()
    const outcomes: string[] = []
    for (const moment of moments) {
      const endpoint = await endpointOf()
      const yaml = configuration({ cluster, endpoint, receiver: ['databases: [postgres]'] }).replace(
        'retry_on_failure:',
        'sending_queue: {storage: queue}\n    retry_on_failure:',
      )
      const { cwd, main } = await installed(built(), { 'otelephant.yaml': yaml })
      const otelephant = start(['run', '-c', 'otelephant.yaml'], { cwd, main })
      await delay(moment)
      const heard = handlesHangUp(otelephant.pid ?? 0)
      otelephant.kill(name)
      const { code, signal, stderr } = await otelephant.ended
      outcomes.push(`${moment} ${code ?? signal}`)
      if (signal !== null) {
        expect({ moment, heard, signal, stderr }).toEqual({ moment, heard: false, signal: name, stderr: '' })
        expect(existsSync(join(cwd, 'queue'))).toBe(false)
        expect(endpoint.received.requests()).toEqual([])
        continue
      }
      expect({ moment, code }, stderr).toEqual({ moment, code: 0 })
      expect(await otelephant.logged('Stopping')).toMatchObject({ reason: `stopped by ${name}` })
      const account = await otelephant.logged('Stopped.')
      expect(account).toMatchObject({ queued: 0, dropped: {}, sent: endpoint.received.points().length })
    }
    // The latest of them is long after the start on any machine.
    expect(outcomes.at(-1)).toBe('1000 0')
  },
  120_000,
)

test('it heeds signals as soon as a program can: before it has loaded what it is made of', async () => {
  const cwd = await folderWith({ 'bare.js': "process.on('SIGHUP', () => {})\nsetInterval(() => {}, 1_000)\n" })
  const bare = join(cwd, 'bare.js')
  const { main } = await installed(built())
  const times = { bare: [] as number[], main: [] as number[], loaded: [] as number[] }
  for (let round = 0; round < 9; round += 1) {
    times.bare.push(await heedsAfterMs(bare))
    times.main.push(await heedsAfterMs(main))
    times.loaded.push(await endsAfterMs(main, '--version'))
  }
  // Of each the quickest: others run beside it.
  const [none = 0, heeds = 0, loaded = 0] = [times.bare, times.main, times.loaded].map((of) => Math.min(...of))
  expect((heeds - none) / (loaded - none)).toBeLessThan(0.5)
})

async function endsAfterMs(program: string, argument: string): Promise<number> {
  const startedMs = performance.now()
  const [code] = await once(spawn(process.execPath, [program, argument], { stdio: 'ignore', env: {} }), 'exit')
  expect(code).toBe(0)
  return performance.now() - startedMs
}

async function heedsAfterMs(program: string): Promise<number> {
  const startedMs = performance.now()
  const child = spawn(process.execPath, [program, 'run'], { stdio: 'ignore', env: {} })
  onTestFinished(() => void child.kill('SIGKILL'))
  const { pid } = child
  if (pid === undefined) throw new Error(`${program} could not be started`)
  while (!handlesHangUp(pid)) await turn()
  const afterMs = performance.now() - startedMs
  child.kill('SIGKILL')
  return afterMs
}
