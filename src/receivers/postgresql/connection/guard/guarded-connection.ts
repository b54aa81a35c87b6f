import { EventEmitter } from 'node:events'
import type { Duplex } from 'node:stream'
import { type ConnectionOptions, TLSSocket } from 'node:tls'
import pg from 'pg'
import type { BackendKey } from '../cancel-request.ts'
import { sqlState } from '../sqlstate.ts'
import type { AuthenticationRequest, Refusal, Transport } from './authentication.ts'
import { budgets } from './budgets.ts'
import { FrameReader } from './frame-reader.ts'
import { MessageGuard } from './message-guard.ts'
import { ProtocolFault } from './protocol-fault.ts'
import type { Reply } from './replies.ts'
import { ResultBudget } from './result-budget.ts'

declare module 'pg' {
  /** The library's own, missing in its types. */
  interface Connection {
    /** Texts by the names under which the server has parsed them. */
    readonly parsedStatements: Readonly<Record<string, string | undefined>>
    attachListeners(stream: EventEmitter): void
    password(password: string): void
    sendSASLInitialResponseMessage(mechanism: string, response: string): void
    sendSCRAMClientFinalMessage(response: string): void
  }
}

/** Why a request is not answered, if it isn't. */
export type Judge = (request: AuthenticationRequest, transport: Transport) => Refusal | undefined

/** So much of an answer that makes no sense is logged. */
const shownBytes = 80

/**
 * The library's connection, with a guard between socket and parser: each message is whole, well-formed, expected and
 * within its budget before the parser sees it. What isn't, and whatever the library throws, ends this connection alone.
 */
export class GuardedConnection extends pg.Connection {
  readonly #parser = new EventEmitter()
  readonly #guard = new MessageGuard({
    judge: (request) => this.#judge(request),
    hand: (frame) => this.#hand(frame),
  })
  readonly #judgement: Judge
  #allowed: ResultBudget | undefined
  /** What the server said first, until a message of it was good. */
  #beginning: Buffer | undefined

  /** @param judge says whether the server's request for authentication may be answered */
  constructor(ssl: ConnectionOptions | undefined, judge: Judge) {
    super({ ssl: ssl ?? false, keepAlive: true })
    this.#judgement = judge
    // The library says here what it can't go on after.
    this.on('error', () => this.#guard.end())
  }

  get backendKey(): BackendKey | undefined {
    return this.#guard.backendKey
  }

  /** The budget of the statement that is sent next. */
  allow(budget: ResultBudget): void {
    this.#allowed = budget
  }

  /** Called by the library with the socket, or with the TLS socket once there is one. */
  override attachListeners(stream: Duplex): void {
    super.attachListeners(this.#parser)
    const reader = new FrameReader(this.#guard)
    let isFirst = true
    stream.on('data', (chunk: Buffer) => {
      if (this.#guard.ended) return
      if (isFirst) this.#beginning = chunk
      isFirst = false
      try {
        this.#guard.arrives()
        reader.read(chunk)
      } catch (error) {
        this.#fail(error)
      }
    })
  }

  override password(password: string): void {
    this.#guard.answered()
    super.password(password)
  }

  override sendSASLInitialResponseMessage(mechanism: string, response: string): void {
    this.#guard.answered()
    super.sendSASLInitialResponseMessage(mechanism, response)
  }

  override sendSCRAMClientFinalMessage(response: string): void {
    this.#guard.answered()
    super.sendSCRAMClientFinalMessage(response)
  }

  override query(text: string): void {
    // None of these texts has a semicolon but between two statements.
    this.#begin(...text.split(';').map(() => 'statement' as const), 'ready')
    super.query(text)
  }

  override parse(query: pg.QueryParse, more: boolean): void {
    this.#begin('parse')
    super.parse(query, more)
  }

  override bind(config: pg.BindConfig | null, more: boolean): void {
    this.#guard.owe('bind')
    super.bind(config, more)
  }

  override describe(message: pg.MessageConfig, more: boolean): void {
    this.#guard.owe('describe')
    super.describe(message, more)
  }

  override execute(config: pg.ExecuteConfig | null, more: boolean): void {
    this.#guard.owe(Number(config?.rows ?? 0) > 0 ? 'page' : 'execute')
    super.execute(config, more)
  }

  override close(message: pg.MessageConfig, more: boolean): void {
    this.#guard.owe('close')
    super.close(message, more)
  }

  override sync(): void {
    this.#guard.owe('ready')
    super.sync()
  }

  #begin(...replies: readonly Reply[]): void {
    this.#guard.allow(this.#allowed ?? new ResultBudget(budgets.result, () => {}))
    this.#allowed = undefined
    this.#guard.owe(...replies)
  }

  #judge(request: AuthenticationRequest): void {
    const { stream } = this
    const encrypted = stream instanceof TLSSocket
    const refusal = this.#judgement(request, { encrypted, verified: encrypted && stream.authorized })
    if (refusal !== undefined) throw new ProtocolFault(refusal.message, { code: refusal.code })
  }

  #hand(frame: Buffer): void {
    this.#beginning = undefined
    this.#parser.emit('data', frame)
    // Whoever heard it may have given up the connection.
    if (this.stream.destroyed) this.#guard.end()
  }

  #fail(cause: unknown): void {
    const fault = cause instanceof ProtocolFault ? cause : new ProtocolFault(unreadable(cause), { cause })
    this.#guard.end()
    this.stream.destroy()
    this.emit('error', this.#beginning === undefined ? fault : strange(fault, this.#beginning))
  }
}

/** The library's own message, to find the cause by. */
function unreadable(cause: unknown): string {
  return `the server's answer could not be read: ${cause instanceof Error ? cause.message : String(cause)}`
}

/** A server that isn't PostgreSQL, or one that has no room for a process and says so as in old times. */
function strange(fault: ProtocolFault, beginning: Buffer): ProtocolFault {
  if (fault.code !== sqlState.protocolViolation) return fault
  const shown = beginning.toString('latin1', 0, shownBytes).replaceAll(/[^ -~]+/g, ' ')
  return new ProtocolFault(`${fault.message}; is it PostgreSQL that listens there? Its answer begins with "${shown}"`)
}
