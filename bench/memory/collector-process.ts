import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { env, execPath } from 'node:process'
import { text } from 'node:stream/consumers'

/** A collector in a process of its own; stopped with its scope. */
export interface CollectorProcess extends AsyncDisposable {
  readonly pid: number
}

/** @param flags Node's own */
export function startCollector(program: string, configFile: string, flags: readonly string[] = []): CollectorProcess {
  const child = spawn(execPath, [...flags, program, 'run', '--config', configFile], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: env['PATH'] },
  })
  const { pid } = child
  if (pid === undefined) throw new Error(`${program} could not be started`)
  const log = text(child.stderr)
  const ended = once(child, 'exit')
  return {
    pid,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      const [code] = await ended
      if (code !== 0) throw new Error(`the collector ended with ${String(code)}: ${await log}`)
    },
  }
}
