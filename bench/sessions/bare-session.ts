import { once } from 'node:events'
import { createConnection, type Socket } from 'node:net'

const protocolVersion = 196_608
const lengthBytes = 4

/** A session that costs this process a socket: it speaks just enough of the protocol to start and to send statements. */
export class BareSession {
  readonly #socket: Socket

  private constructor(socket: Socket) {
    this.#socket = socket
  }

  /** @param path of the server's unix socket */
  static async connect(path: string, database: string, user: string): Promise<BareSession> {
    const socket = createConnection(path)
    await once(socket, 'connect')
    const session = new BareSession(socket)
    const parameters = Buffer.from(`user\0${user}\0database\0${database}\0\0`)
    const head = Buffer.alloc(2 * lengthBytes)
    head.writeInt32BE(head.length + parameters.length)
    head.writeInt32BE(protocolVersion, lengthBytes)
    socket.write(Buffer.concat([head, parameters]))
    await session.#ready()
    return session
  }

  /** Runs a statement to its end. */
  async run(sql: string): Promise<void> {
    this.begin(sql)
    await this.#ready()
  }

  /** Sends a statement and doesn't wait for it. */
  begin(sql: string): void {
    const text = Buffer.from(`${sql}\0`)
    const head = Buffer.alloc(1 + lengthBytes)
    head.write('Q')
    head.writeInt32BE(lengthBytes + text.length, 1)
    this.#socket.write(Buffer.concat([head, text]))
  }

  end(): void {
    this.#socket.destroy()
  }

  /** ReadyForQuery is six bytes, and the last that the server says for now. */
  async #ready(): Promise<void> {
    let said = Buffer.alloc(0)
    while (said.at(-6) !== 'Z'.charCodeAt(0)) {
      const [more]: unknown[] = await once(this.#socket, 'data')
      if (Buffer.isBuffer(more)) said = Buffer.concat([said, more])
      if (said[0] === 'E'.charCodeAt(0)) throw new Error(`the server refuses: ${said.toString()}`)
    }
  }
}
