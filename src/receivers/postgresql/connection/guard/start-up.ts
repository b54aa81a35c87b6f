import { type AuthenticationRequest, unsupportedMethods } from './authentication.ts'
import { MessageBody } from './message-body.ts'
import { messageType as type } from './message-codes.ts'
import { ProtocolFault } from './protocol-fault.ts'

/** Codes of the Authentication messages (manual, "Message Formats"); the others are of methods that aren't supported. */
const codes = { ok: 0, cleartext: 3, md5: 5, sasl: 10, saslContinue: 11, saslFinal: 12 } as const
const saltBytes = 4

/** What the server's next Authentication message must be; `nothing` while it is our turn. */
type Stage = 'request' | 'nothing' | 'challenge' | 'proof' | 'ok'

const settling: ReadonlySet<number> = new Set([
  type.parameterStatus,
  type.backendKeyData,
  type.noticeResponse,
  type.readyForQuery,
])

/** The server's part of a start-up (manual, "Start-up"): authentication, step by step, then settings, then it is ready. */
export class StartUp {
  readonly #judge: (request: AuthenticationRequest) => void
  #stage: Stage = 'request'
  #afterAnswer: Stage = 'ok'
  #isIn = false

  /** @param judge throws where a request may not be answered */
  constructor(judge: (request: AuthenticationRequest) => void) {
    this.#judge = judge
  }

  expects(messageType: number): boolean {
    return this.#isIn ? settling.has(messageType) : messageType === type.authentication
  }

  /** What was asked for has been sent. */
  answered(): void {
    this.#stage = this.#afterAnswer
  }

  /** @throws ProtocolFault for what isn't well-formed, has no place here or may not be answered */
  authenticates(frame: Buffer): void {
    const body = new MessageBody(frame, 'request for authentication')
    const code = body.int32()
    switch (code) {
      case codes.ok:
        body.end()
        if (this.#stage === 'request') this.#judge({ kind: 'none' })
        else this.#reached('ok', body)
        this.#isIn = true
        return
      case codes.saslContinue:
        this.#reached('challenge', body)
        this.#asked('proof')
        return
      case codes.saslFinal:
        this.#reached('proof', body)
        this.#stage = 'ok'
        return
      default:
        this.#reached('request', body)
        this.#judge(requestOf(code, body))
        this.#asked(code === codes.sasl ? 'challenge' : 'ok')
    }
  }

  #reached(stage: Stage, body: MessageBody): void {
    if (this.#stage !== stage) throw body.malformed('came out of turn')
  }

  #asked(afterAnswer: Stage): void {
    this.#stage = 'nothing'
    this.#afterAnswer = afterAnswer
  }
}

function requestOf(code: number, body: MessageBody): AuthenticationRequest {
  switch (code) {
    case codes.cleartext:
      body.end()
      return { kind: 'cleartext' }
    case codes.md5:
      body.skip(saltBytes)
      body.end()
      return { kind: 'md5' }
    case codes.sasl:
      return { kind: 'sasl', mechanisms: mechanismsOf(body) }
  }
  const method = unsupportedMethods[code]
  if (method !== undefined) return { kind: 'unsupported', method }
  throw new ProtocolFault(`the server asks for authentication of the unknown kind ${code}`)
}

/** Names, until an empty one. */
function mechanismsOf(body: MessageBody): string[] {
  const mechanisms: string[] = []
  for (let name = body.text(); name !== ''; name = body.text()) mechanisms.push(name)
  body.end()
  return mechanisms
}
