import type { BackendKey } from '../cancel-request.ts'
import type { AuthenticationRequest } from './authentication.ts'
import { budgets, formatBytes, rowWeight } from './budgets.ts'
import { errorResponse } from './error-response.ts'
import type { FrameConsumer } from './frame-reader.ts'
import { headerBytes } from './message-body.ts'
import { nameOf, messageType as type } from './message-codes.ts'
import { checkFormat, checkRow } from './message-format.ts'
import { ProtocolFault } from './protocol-fault.ts'
import { Replies, type Reply } from './replies.ts'
import type { ResultBudget } from './result-budget.ts'
import { StartUp } from './start-up.ts'

export interface MessageGuardSettings {
  /** Throws where a request may not be answered. */
  readonly judge: (request: AuthenticationRequest) => void
  /** Is given each message that is good, rows several at a time. */
  readonly hand: (frames: Buffer) => void
}

/** What may come at any time once the server is ready, and that nobody asked for. */
const asides: ReadonlySet<number> = new Set([type.noticeResponse, type.notificationResponse, type.parameterStatus])
/** What doesn't answer anything: it is checked, and it is limited in sum. */
const unasked: ReadonlySet<number> = new Set([...asides, type.backendKeyData])
/** The only one beside rows that is long where nothing is wrong. */
const longest: ReadonlySet<number> = new Set([type.rowDescription])
/** The length counts itself. */
const shortest = 4

/** Checks each message of one connection: its place, its size and its form. What it throws ends the connection. */
export class MessageGuard implements FrameConsumer {
  readonly #settings: MessageGuardSettings
  readonly #startUp: StartUp
  readonly #replies = new Replies()
  #isReady = false
  #ended = false
  #budget: ResultBudget | undefined
  #unaskedBytes = 0
  #droppedBytes = 0
  #backendKey: BackendKey | undefined
  /** Rows that stand one behind the other. */
  #rows: { readonly bytes: Buffer; readonly from: number; to: number } | undefined

  constructor(settings: MessageGuardSettings) {
    this.#settings = settings
    this.#startUp = new StartUp(settings.judge)
  }

  get ended(): boolean {
    return this.#ended
  }

  end(): void {
    this.#ended = true
  }

  /** `undefined` where the server doesn't say. */
  get backendKey(): BackendKey | undefined {
    return this.#backendKey
  }

  /** Called before what has arrived at once is read. */
  arrives(): void {
    this.#replies.arrives()
  }

  /** What the server has asked for at the start-up has been sent. */
  answered(): void {
    this.#startUp.answered()
  }

  /** Something has been sent that the server replies to. */
  owe(...replies: readonly Reply[]): void {
    for (const reply of replies) this.#replies.owe(reply)
  }

  /** What the rows of the replies from now on may bring. */
  allow(budget: ResultBudget): void {
    this.#budget = budget
  }

  admits(messageType: number, length: number): boolean {
    if (!this.#expects(messageType)) throw new ProtocolFault(`the server sent ${nameOf(messageType)} out of turn`)
    if (length < shortest) throw new ProtocolFault(`the server's ${nameOf(messageType)} has the length ${length}`)
    if (messageType === type.dataRow) return this.#admitsRow(length)
    const limit = longest.has(messageType) ? budgets.message : budgets.error
    if (length > limit) return this.#refuses(messageType, length, limit)
    if (unasked.has(messageType)) this.#admitUnasked(length)
    return true
  }

  take(bytes: Buffer, from: number, to: number): void {
    if (bytes.readUInt8(from) === type.dataRow) {
      checkRow(bytes, from, to, this.#replies.columns ?? 0)
      this.#addRow(bytes, from, to)
      return
    }
    this.pause()
    const frame = bytes.subarray(from, to)
    const messageType = frame.readUInt8(0)
    if (messageType === type.authentication) {
      this.#startUp.authenticates(frame)
    } else {
      checkFormat(frame)
      this.#came(messageType, frame)
    }
    this.#settings.hand(frame)
  }

  /** Hands on the collected rows all at once: one by one they would cost the parser a tenth more. */
  pause(): void {
    const rows = this.#rows
    this.#rows = undefined
    if (rows !== undefined) this.#settings.hand(rows.bytes.subarray(rows.from, rows.to))
  }

  #addRow(bytes: Buffer, from: number, to: number): void {
    if (this.#rows?.bytes === bytes && this.#rows.to === from) {
      this.#rows.to = to
      return
    }
    this.pause()
    this.#rows = { bytes, from, to }
  }

  #expects(messageType: number): boolean {
    if (messageType === type.errorResponse) return true
    if (!this.#isReady) return this.#startUp.expects(messageType)
    return this.#replies.expects(messageType) || asides.has(messageType)
  }

  #came(messageType: number, frame: Buffer): void {
    if (messageType === type.errorResponse) this.#failed()
    else if (messageType === type.backendKeyData) this.#backendKey = keyOf(frame)
    else if (!asides.has(messageType)) this.#replied(messageType, frame)
  }

  #replied(messageType: number, frame: Buffer): void {
    if (messageType === type.readyForQuery) {
      this.#unaskedBytes = 0
      this.#droppedBytes = 0
    }
    if (this.#isReady)
      this.#replies.came(messageType, messageType === type.rowDescription ? frame.readInt16BE(headerBytes) : 0)
    else this.#isReady = true
  }

  #admitsRow(length: number): boolean {
    const weight = rowWeight(length, this.#replies.columns ?? 0)
    if (this.#budget?.takes(length, weight) !== false) return true
    this.#drop(weight)
    return false
  }

  /** A statement fails with the server's error, also where that is too long to be kept. */
  #refuses(messageType: number, length: number, limit: number): false {
    const name = nameOf(messageType)
    const message = `the server's ${name} is longer than ${formatBytes(limit)}`
    if (messageType !== type.errorResponse || length > budgets.message) throw new ProtocolFault(message)
    this.#drop(length)
    this.pause()
    this.#failed()
    this.#settings.hand(errorResponse('too_large', message))
    return false
  }

  #failed(): void {
    this.#replies.failed()
    // A server that has refused to let us in has nothing more to say.
    if (!this.#isReady) this.end()
  }

  #admitUnasked(length: number): void {
    this.#unaskedBytes += length
    if (this.#unaskedBytes <= budgets.unasked) return
    throw new ProtocolFault(`the server sent more than ${formatBytes(budgets.unasked)} that nobody asked for`)
  }

  #drop(length: number): void {
    this.#droppedBytes += length
    if (this.#droppedBytes <= budgets.dropped) return
    throw new ProtocolFault('the server goes on with a result that was cancelled')
  }
}

function keyOf(frame: Buffer): BackendKey {
  return { processId: frame.readInt32BE(headerBytes), secretKey: Buffer.from(frame.subarray(headerBytes + 4)) }
}
