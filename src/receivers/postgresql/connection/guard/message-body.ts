import { ProtocolFault } from './protocol-fault.ts'

/** The bytes of a message before its body: the type and the length. */
export const headerBytes = 5

/** Reads the body of one message; every step stays within it. */
export class MessageBody {
  readonly #frame: Buffer
  readonly #name: string
  #offset = headerBytes

  /** @param frame a whole message, with its header */
  constructor(frame: Buffer, name: string) {
    this.#frame = frame
    this.#name = name
  }

  get rest(): number {
    return this.#frame.length - this.#offset
  }

  byte(): number {
    return this.#frame.readUInt8(this.#step(1))
  }

  int16(): number {
    return this.#frame.readInt16BE(this.#step(2))
  }

  int32(): number {
    return this.#frame.readInt32BE(this.#step(4))
  }

  skip(bytes: number): void {
    this.#step(bytes)
  }

  /** Moves past a text that a zero byte ends; gives where it begins. */
  pastText(): number {
    const from = this.#offset
    const end = this.#frame.indexOf(0, from)
    if (end === -1) throw this.malformed('has a text without an end')
    this.#offset = end + 1
    return from
  }

  text(): string {
    const from = this.pastText()
    return this.#frame.toString('utf8', from, this.#offset - 1)
  }

  end(): void {
    if (this.rest !== 0) throw this.malformed(`has ${this.rest} bytes too many`)
  }

  malformed(how: string): ProtocolFault {
    return new ProtocolFault(`the server's ${this.#name} ${how}`)
  }

  #step(bytes: number): number {
    const from = this.#offset
    if (bytes > this.rest) throw this.malformed('is too short for what it says')
    this.#offset = from + bytes
    return from
  }
}
