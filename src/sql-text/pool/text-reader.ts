import { type ChildProcess, fork } from 'node:child_process'
import { extname, join } from 'node:path'
import { isTextReply, type TextReply, type TextRequest } from './process-messages.ts'

/** Beside this file, from source and in the bundle. */
const program = join(import.meta.dirname, `sql-text-process${extname(import.meta.filename)}`)

/**
 * V8's limits are the process's own; the parser's memory comes on top, and is looked at after each text. Optimising the
 * parser's WebAssembly would cost 190 MB and more time than it saves: only what is used is compiled, once, plainly.
 */
const nodeOptions = [
  '--max-old-space-size=192',
  '--max-semi-space-size=2',
  '--wasm-lazy-compilation',
  '--no-wasm-tier-up',
  '--no-wasm-dynamic-tiering',
]

/** Why there is no answer: the process ended, or it was killed at its deadline. */
export type Silence = 'died' | 'late'

type Results = Extract<TextReply, { readonly kind: 'results' }>

/** One child process that reads SQL. Keeps its parent alive only while it is waited for. */
export class TextReader {
  readonly #child: ChildProcess

  /** Starts it. No environment, since that holds the collector's secrets; no output, since that might hold texts. */
  constructor() {
    this.#child = fork(program, [], {
      env: {},
      execArgv: nodeOptions,
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      serialization: 'advanced',
    })
    // A process that can't be started emits an error and no exit; #reply reports it to whoever waits.
    this.#child.on('error', () => {})
    this.#rest()
  }

  /** Whether it can be asked. */
  get alive(): boolean {
    return this.#child.connected && !this.#exited
  }

  /** @returns whether it can be asked; if not within that time it is killed */
  async ready(timeoutMs: number, signal: AbortSignal): Promise<boolean> {
    const reply = await this.#reply(timeoutMs, signal)
    return typeof reply === 'object' && reply.kind === 'ready'
  }

  /** @throws the signal's reason; it is killed then too */
  async ask(request: TextRequest, timeoutMs: number, signal: AbortSignal): Promise<Results | Silence> {
    if (!this.alive) return 'died'
    const reply = this.#reply(timeoutMs, signal)
    // Sending fails only when the process has ended, and the reply says that.
    this.#child.send(request, () => {})
    const answer = await reply
    return typeof answer === 'object' && answer.kind === 'ready' ? 'died' : answer
  }

  /** Kills it: it holds nothing that could be lost. */
  async end(): Promise<void> {
    if (this.#child.pid === undefined || this.#exited) return
    const exited = Promise.withResolvers<void>()
    this.#child.once('exit', () => exited.resolve())
    this.#hold()
    this.#child.kill('SIGKILL')
    await exited.promise
  }

  async #reply(timeoutMs: number, signal: AbortSignal): Promise<TextReply | Silence> {
    signal.throwIfAborted()
    this.#hold()
    const { promise, resolve } = Promise.withResolvers<unknown>()
    const died = () => resolve('died')
    const late = () => resolve('late')
    const timer = setTimeout(late, timeoutMs)
    signal.addEventListener('abort', late)
    this.#child.on('message', resolve).on('exit', died).on('error', died)
    const outcome = await promise
    clearTimeout(timer)
    signal.removeEventListener('abort', late)
    this.#child.off('message', resolve).off('exit', died).off('error', died)
    if (!isTextReply(outcome)) await this.end()
    this.#rest()
    signal.throwIfAborted()
    if (isTextReply(outcome)) return outcome
    return outcome === 'late' ? 'late' : 'died'
  }

  get #exited(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null
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
