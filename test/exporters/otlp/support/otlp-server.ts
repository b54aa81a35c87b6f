import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import { decompress } from '../../../../src/exporters/otlp/wire/compression.ts'

export interface ReceivedRequest {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  /** As it came over the wire. */
  readonly wire: Buffer
  /** Decompressed. */
  readonly body: Uint8Array
}

/** Answers a request; the default is New Relic's: 202 and nothing. */
export type Answer = (response: ServerResponse, request: ReceivedRequest, index: number) => void

/** A real HTTP server that keeps what it gets. */
export class OtlpServer implements AsyncDisposable {
  readonly received: ReceivedRequest[] = []
  answer: Answer = (response) => response.writeHead(202).end()
  readonly #server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) if (Buffer.isBuffer(chunk)) chunks.push(chunk)
    const wire = Buffer.concat(chunks)
    const coding = incoming.headers['content-encoding']
    const body = decompress(wire, coding === 'zstd' || coding === 'gzip' ? coding : 'none')
    const request = { path: incoming.url ?? '', headers: incoming.headers, wire, body }
    this.received.push(request)
    this.answer(response, request, this.received.length - 1)
    this.#waiting.splice(0).forEach((check) => {
      check()
    })
  })
  #waiting: (() => void)[] = []

  static async listen(): Promise<OtlpServer> {
    const server = new OtlpServer()
    server.#server.listen(0, '127.0.0.1')
    await once(server.#server, 'listening')
    return server
  }

  get url(): string {
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('the server does not listen')
    return `http://127.0.0.1:${address.port}`
  }

  /** Resolves when so many requests have come. */
  async whenReceived(count: number): Promise<void> {
    while (this.received.length < count) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve)
      })
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }
}
