import { EventEmitter, once } from 'node:events'
import { connect, createServer, type NetConnectOpts, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from '../../src/demo/free-port.ts'
import { rewriteStartup } from './startup-packet.ts'

/** What the network between a client and its server does. */
export type ProxyMode =
  | { readonly kind: 'pass' }
  /** Nobody listens. Connections that exist go on. */
  | { readonly kind: 'refuse' }
  /** New connections are accepted and swallowed; those that exist fall silent until the mode changes. */
  | { readonly kind: 'black_hole' }
  /** What the server says arrives in small pieces. */
  | { readonly kind: 'drip'; readonly bytes: number; readonly everyMs: number }
  /** A connection breaks once the server has said so many bytes on it, counted from its beginning. */
  | { readonly kind: 'reset_after'; readonly bytes: number }
  /** A connection breaks once the client has said so many bytes on it while this lasts. */
  | { readonly kind: 'reset_request_after'; readonly bytes: number }

export interface ProxySettings {
  readonly target: NetConnectOpts
  readonly mode?: ProxyMode
  /** Rewrites PostgreSQL start-up packets. */
  readonly startup?: (packet: Buffer) => Buffer
}

/** A TCP proxy at 127.0.0.1 that can be told to misbehave. */
export class TcpProxy implements AsyncDisposable {
  readonly host = '127.0.0.1'
  readonly port: number
  readonly #startup: ((packet: Buffer) => Buffer) | undefined
  readonly #server = createServer({ allowHalfOpen: true }, (client) => void this.#serve(client))
  readonly #sockets = new Set<Socket>()
  readonly #changes = new EventEmitter().setMaxListeners(0)
  #target: NetConnectOpts
  #mode: ProxyMode = { kind: 'pass' }
  #accepted = 0

  constructor(port: number, { target, startup }: ProxySettings) {
    this.port = port
    this.#target = target
    this.#startup = startup
  }

  /** How many connections clients have made since the beginning. */
  get accepted(): number {
    return this.#accepted
  }

  async set(mode: ProxyMode): Promise<void> {
    this.#mode = mode
    this.#changes.emit('mode')
    if (mode.kind === 'refuse') {
      // The callback of close() waits for the connections that exist; no longer listening is at once.
      if (this.#server.listening) this.#server.close()
    } else if (!this.#server.listening) {
      this.#server.listen(this.port, this.host)
      await once(this.#server, 'listening')
    }
  }

  /** Where new connections lead from now on. */
  switchTarget(target: NetConnectOpts): void {
    this.#target = target
  }

  /** Breaks all connections that exist, as seen by both sides. */
  reset(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.set({ kind: 'refuse' })
    this.reset()
  }

  async #serve(client: Socket): Promise<void> {
    this.#accepted += 1
    this.#keep(client)
    if (this.#mode.kind === 'black_hole') {
      client.resume()
      return
    }
    const server = connect({ ...this.#target, allowHalfOpen: true })
    this.#keep(server)
    const said = this.#startup === undefined ? client : rewriteStartup(client, this.#startup)
    try {
      await Promise.all([this.#toServer(said, server), this.#toClient(server, client)])
    } catch {
      client.resetAndDestroy()
      server.resetAndDestroy()
    }
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
    // What goes wrong with one side is passed on to the other by the loops that read and write.
    socket.on('error', () => {})
  }

  async #toServer(chunks: AsyncIterable<Buffer>, server: Socket): Promise<void> {
    let saidBytes = 0
    for await (const chunk of chunks) {
      await this.#open()
      const mode = this.#mode
      if (mode.kind === 'reset_request_after') {
        await write(server, chunk.subarray(0, Math.max(mode.bytes - saidBytes, 0)))
        saidBytes += chunk.length
        if (saidBytes >= mode.bytes) throw new Error(`reset after ${mode.bytes} bytes`)
      } else await write(server, chunk)
    }
    server.end()
  }

  async #toClient(server: Socket, client: Socket): Promise<void> {
    let sentBytes = 0
    for await (const chunk of server) {
      await this.#open()
      const mode = this.#mode
      if (mode.kind === 'reset_after' && sentBytes + chunk.length >= mode.bytes) {
        await write(client, chunk.subarray(0, Math.max(mode.bytes - sentBytes, 0)))
        throw new Error(`reset after ${mode.bytes} bytes`)
      }
      if (mode.kind === 'drip') await drip(client, chunk, mode.bytes, mode.everyMs)
      else await write(client, chunk)
      sentBytes += chunk.length
    }
    client.end()
  }

  async #open(): Promise<void> {
    while (this.#mode.kind === 'black_hole') await once(this.#changes, 'mode')
  }
}

export async function startTcpProxy(settings: ProxySettings): Promise<TcpProxy> {
  const proxy = new TcpProxy(await freePort(), settings)
  await proxy.set(settings.mode ?? { kind: 'pass' })
  return proxy
}

async function write(socket: Socket, bytes: Buffer): Promise<void> {
  if (socket.destroyed) throw new Error('the other side is gone')
  // A socket that closes while it is full never drains.
  if (!socket.write(bytes)) await Promise.race([once(socket, 'drain'), once(socket, 'close')])
}

async function drip(client: Socket, chunk: Buffer, bytes: number, everyMs: number): Promise<void> {
  for (let offset = 0; offset < chunk.length; offset += bytes) {
    await write(client, chunk.subarray(offset, offset + bytes))
    await delay(everyMs)
  }
}
