import { type ChildProcess, fork } from 'node:child_process'
import { extname, join } from 'node:path'
import { isTextReply, type TextReply, type TextRequest } from './process-messages.ts'

/** Beside this file, from source and in the bundle. */
const program = join(import.meta.dirname, `sql-text-process${extname(import.meta.filename)}`)

/** V8's limits are the process's own; the parser's memory comes on top, and is looked at after each text. */
const nodeOptions = ['--max-old-space-size=192', '--max-semi-space-size=4', '--no-warnings']

/** One child process that reads SQL. Keeps its parent alive only while it is waited for. */
export class SqlTextProcess {
  readonly #child: ChildProcess

  /** Starts it. No environment, since that holds the collector's secrets; no output, since that might hold texts. */
  constructor() {
    this.#child = fork(program, [], {
      env: {},
      execArgv: nodeOptions,
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      serialization: 'advanced',
    })
    // A process that can't be started says so here and exits nowhere; whoever waits learns it in #reply.
    this.#child.on('error', () => {})
    this.#rest()
  }

  /** Whether it can be asked. */
  get alive(): boolean {
    return this.#child.connected
  }

  /** @returns whether it can be asked; if not within that time it is killed */
  async ready(timeoutMs: number, signal: AbortSignal): Promise<boolean> {
    return (await this.#reply(timeoutMs, signal))?.kind === 'ready'
  }

  /**
   * @returns `undefined` when it died, or had to be killed because it took longer
   * @throws the signal's reason; it is killed then too
   */
  async ask(request: TextRequest, timeoutMs: number, signal: AbortSignal) {
    if (!this.alive) return undefined
    const reply = this.#reply(timeoutMs, signal)
    // An error of sending is one of its death, which the reply tells.
    this.#child.send(request, () => {})
    const answer = await reply
    return answer?.kind === 'results' ? answer : undefined
  }

  /** Kills it: there is nothing that it could lose. */
  async end(): Promise<void> {
    const { pid, exitCode, signalCode } = this.#child
    if (pid === undefined || exitCode !== null || signalCode !== null) return
    const exited = Promise.withResolvers<void>()
    this.#child.once('exit', () => exited.resolve())
    this.#hold()
    this.#child.kill('SIGKILL')
    await exited.promise
  }

  async #reply(timeoutMs: number, signal: AbortSignal): Promise<TextReply | undefined> {
    signal.throwIfAborted()
    this.#hold()
    const { promise, resolve } = Promise.withResolvers<unknown>()
    const nothing = () => resolve(undefined)
    const timer = setTimeout(nothing, timeoutMs)
    signal.addEventListener('abort', nothing)
    this.#child.on('message', resolve).on('exit', nothing).on('error', nothing)
    const message = await promise
    clearTimeout(timer)
    signal.removeEventListener('abort', nothing)
    this.#child.off('message', resolve).off('exit', nothing).off('error', nothing)
    const reply = isTextReply(message) ? message : undefined
    if (reply === undefined) await this.end()
    this.#rest()
    signal.throwIfAborted()
    return reply
  }

  #hold(): void {
    this.#child.ref()
    this.#child.channel?.ref()
  }

  #rest(): void {
    this.#child.unref()
    this.#child.channel?.unref()
  }
}
