import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'

/** Answers a request with whatever bytes, on the bare connection. */
export type RawAnswer = (socket: Socket) => void

/** An endpoint that speaks HTTP badly: the answers are given in turn, then all is well. */
export class RawEndpoint implements AsyncDisposable {
  readonly #answers: RawAnswer[]
  readonly #sockets = new Set<Socket>()
  readonly #server = createServer((socket) => this.#serve(socket))
  requests = 0

  constructor(answers: readonly RawAnswer[]) {
    this.#answers = [...answers]
  }

  static async listen(answers: readonly RawAnswer[]): Promise<RawEndpoint> {
    const endpoint = new RawEndpoint(answers)
    endpoint.#server.listen(0, '127.0.0.1')
    await once(endpoint.#server, 'listening')
    return endpoint
  }

  get url(): string {
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('the server does not listen')
    return `http://127.0.0.1:${address.port}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
    // The client goes away in the middle of an answer that it doesn't want.
    socket.on('error', () => {})
    let received = Buffer.alloc(0)
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk])
      const end = endOfRequest(received)
      if (end === undefined || received.length < end) return
      received = received.subarray(end)
      this.requests += 1
      const answer = this.#answers.shift() ?? ((to: Socket) => to.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'))
      answer(socket)
    })
  }
}

/** `undefined` while the head isn't whole. */
function endOfRequest(bytes: Buffer): number | undefined {
  const head = bytes.indexOf('\r\n\r\n')
  if (head < 0) return undefined
  const length = /content-length: (\d+)/i.exec(bytes.toString('latin1', 0, head))?.[1]
  return head + 4 + Number(length ?? 0)
}
