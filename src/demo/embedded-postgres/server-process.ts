import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { kill } from 'node:process'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { ServerAccount } from './account.ts'
import { connect } from './connect.ts'

const run = promisify(execFile)

/** How PostgreSQL calls its ways to stop, and the signals that ask for them. */
const stopSignals = { smart: 'SIGTERM', fast: 'SIGINT', immediate: 'SIGQUIT' } as const
export type StopMode = keyof typeof stopSignals

/** What one run of the server needs to know. */
export interface ServerSettings {
  readonly postgres: string
  readonly account: ServerAccount | undefined
  readonly dataDirectory: string
  readonly socketDirectory: string
  readonly port: number
  readonly logFile: string
}

/** A postmaster that accepts connections. */
export interface ServerProcess {
  /** Resolves when the server has exited. In `smart` mode that waits for all clients to leave. */
  stop(mode: StopMode): Promise<void>
}

/** Recovery after a crash is the longest part of a start. */
const startDeadlineMs = 60_000

/**
 * Starts the server and resolves when it accepts connections.
 * @throws Error with the end of the server's log, if it doesn't
 */
export async function startServer(settings: ServerSettings): Promise<ServerProcess> {
  await predecessorGone(settings.dataDirectory)
  const child = await spawnServer(settings)
  const exit = exitOf(child)
  const deadline = performance.now() + startDeadlineMs
  for (let waitMs = 5; !(await answers(settings)); waitMs = Math.min(2 * waitMs, 50)) {
    if (hasExited(child) || performance.now() > deadline) {
      child.kill('SIGQUIT')
      throw new Error(
        `PostgreSQL did not start in ${settings.dataDirectory}; its log ends:\n${await logTail(settings)}`,
      )
    }
    await delay(waitMs)
  }
  return {
    async stop(mode) {
      child.kill(stopSignals[mode])
      await exit
    },
  }
}

/** A server that was told to stop by our predecessor's death may still write its last checkpoint. */
async function predecessorGone(dataDirectory: string): Promise<void> {
  const deadline = performance.now() + startDeadlineMs
  while (performance.now() < deadline) {
    const pidFile = await readFile(join(dataDirectory, 'postmaster.pid'), 'utf8').catch(() => '')
    const pid = Number(pidFile.split('\n')[0])
    if (!(pid > 0) || !isRunning(pid)) return
    await delay(20)
  }
}

function isRunning(pid: number): boolean {
  try {
    return kill(pid, 0)
  } catch {
    return false
  }
}

function hasExited(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

/** The event comes once only, perhaps before anybody listens: a server with a bad setting is gone in milliseconds. */
async function exitOf(child: ChildProcess): Promise<void> {
  if (!hasExited(child)) await once(child, 'exit')
}

/**
 * Detached: a Ctrl-C in the terminal is for us to handle, the server stops when told. Where setpriv knows how, the kernel
 * stops the server when we die without having told it.
 */
async function spawnServer(settings: ServerSettings): Promise<ChildProcess> {
  const { postgres, account, dataDirectory, socketDirectory, port, logFile } = settings
  const place = { listen_addresses: '127.0.0.1', port: String(port), unix_socket_directories: socketDirectory }
  const options = Object.entries(place).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const command = [...(await deathSignal()), postgres, '-D', dataDirectory, ...options]
  const log = await open(logFile, 'a')
  try {
    const [program = postgres, ...args] = command
    const stdio = ['ignore', log.fd, log.fd] as const
    const child = spawn(program, args, { ...account, cwd: dataDirectory, detached: true, stdio: [...stdio] })
    await once(child, 'spawn')
    return child
  } finally {
    await log.close()
  }
}

async function deathSignal(): Promise<readonly string[]> {
  try {
    await run('setpriv', ['--pdeathsig=INT', 'true'])
    return ['setpriv', '--pdeathsig=INT']
  } catch {
    return []
  }
}

async function answers(settings: ServerSettings): Promise<boolean> {
  try {
    await using client = await connect(settings.socketDirectory, settings.port, 'postgres', 'postgres')
    await client.query('SELECT 1')
    return true
  } catch {
    return false
  }
}

async function logTail(settings: ServerSettings): Promise<string> {
  const log = await readFile(settings.logFile, 'utf8')
  return log.split('\n').slice(-20).join('\n')
}
