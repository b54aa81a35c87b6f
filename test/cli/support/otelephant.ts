import { type ChildProcess, spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { licenseKey, password } from './secrets.ts'

export const root = join(import.meta.dirname, '../../..')

/** Starts take half the time when Node keeps what it compiled. */
const compiled = join(root, 'node_modules/.cache/otelephant-compiled')

/** How a process ended, and all that it wrote. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface LogLine {
  readonly level: string
  readonly msg: string
  readonly [field: string]: unknown
}

export interface StartOptions {
  /** All of the environment but PATH and what Node itself wants. */
  readonly env?: Readonly<Record<string, string>>
  /** Default: the repository. */
  readonly cwd?: string
  /** Another copy of the program. */
  readonly main?: string
}

/** The program as a user runs it: a process of its own. No secret of the tests may appear in what it writes. */
export class Otelephant {
  readonly ended: Promise<Ended>
  readonly #child: ChildProcess
  readonly #written = new EventEmitter()
  #stdout = ''
  #stderr = ''
  #running = true

  constructor(child: ChildProcess) {
    this.#child = child
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text
      this.#written.emit('text')
    })
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text
      this.#written.emit('text')
    })
    this.ended = this.#end()
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  get stdout(): string {
    return this.#stdout
  }

  get stderr(): string {
    return this.#stderr
  }

  /** The log so far. */
  get lines(): LogLine[] {
    return this.#stderr.split('\n').slice(0, -1).map(parseLine)
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  /** Whoever read standard output goes away. */
  closeStdout(): void {
    this.#child.stdout?.destroy()
  }

  /** Whoever read the log goes away. */
  closeStderr(): void {
    this.#child.stderr?.destroy()
  }

  /** The first line of the log that says so and has these fields; waits for it as long as the process runs. */
  logged(text: string, fields: Readonly<Record<string, unknown>> = {}): Promise<LogLine> {
    const fits = (line: LogLine) =>
      line.msg.includes(text) && Object.entries(fields).every(([name, value]) => line[name] === value)
    return this.#waitFor(() => this.lines.find(fits), `"${text}" in the log`)
  }

  /** The same of the lines that come after the first one that says something else. */
  loggedAfter(before: string, text: string, fields: Readonly<Record<string, unknown>> = {}): Promise<LogLine> {
    const fits = (line: LogLine) =>
      line.msg.includes(text) && Object.entries(fields).every(([name, value]) => line[name] === value)
    const look = () => {
      const from = this.lines.findIndex(({ msg }) => msg.includes(before))
      return from < 0 ? undefined : this.lines.slice(from).find(fits)
    }
    return this.#waitFor(look, `"${text}" after "${before}" in the log`)
  }

  /** Waits until something stands on standard output. */
  async printed(text: string | RegExp): Promise<void> {
    const isThere = () => (typeof text === 'string' ? this.#stdout.includes(text) : text.test(this.#stdout))
    await this.#waitFor(() => isThere() || undefined, `"${text}" on standard output`)
  }

  async #waitFor<T>(look: () => T | undefined, what: string): Promise<T> {
    for (;;) {
      const found = look()
      if (found !== undefined) return found
      if (!this.#running) throw new Error(`the process ended without ${what}:\n${this.#stdout}\n${this.#stderr}`)
      await once(this.#written, 'text')
    }
  }

  async #end(): Promise<Ended> {
    const closed = Promise.withResolvers<{ code: number | null; signal: NodeJS.Signals | null }>()
    this.#child.once('error', closed.reject)
    this.#child.once('close', (code, signal) => closed.resolve({ code, signal }))
    const { code, signal } = await closed.promise
    this.#running = false
    this.#written.emit('text')
    for (const secret of [password, licenseKey]) {
      if (`${this.#stdout}${this.#stderr}`.includes(secret)) throw new Error(`a secret was written: ${secret}`)
    }
    return { code, signal, stdout: this.#stdout, stderr: this.#stderr }
  }
}

/** Starts the program; it is killed after the test, if it still runs. */
export function start(args: readonly string[], options: StartOptions = {}): Otelephant {
  return startCommand(process.execPath, [options.main ?? join(root, 'src/main.ts'), ...args], options)
}

/** Starts something that runs the program. */
export function startCommand(command: string, args: readonly string[], options: StartOptions = {}): Otelephant {
  const { env = {}, cwd = root } = options
  const child = spawn(command, args, {
    cwd,
    env: { PATH: process.env['PATH'], NODE_COMPILE_CACHE: compiled, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const otelephant = new Otelephant(child)
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await otelephant.ended
  })
  return otelephant
}

/** Runs the program to its end. */
export function run(args: readonly string[], options: StartOptions = {}): Promise<Ended> {
  return start(args, options).ended
}

/** A folder with these files, removed after the test. */
export async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cli-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  return folder
}

function parseLine(line: string): LogLine {
  try {
    const parsed: unknown = JSON.parse(line)
    if (isLogLine(parsed)) return parsed
  } catch {
    // Not JSON: the sentence itself.
  }
  return { level: '', msg: line }
}

function isLogLine(value: unknown): value is LogLine {
  return (
    typeof value === 'object' && value !== null && 'level' in value && 'msg' in value && typeof value.msg === 'string'
  )
}
