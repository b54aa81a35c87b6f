import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { ClientMessage } from './ordinary-replies.ts'

const certificate = (name: string) => new URL(`../../../../../support/certificates/${name}`, import.meta.url)

/** The server's end of one connection. */
export interface Peer {
  readonly send: (bytes: Buffer) => void
  /** Sends the same over and over, as fast as it is read. */
  readonly flood: (bytes: Buffer) => void
  readonly close: () => void
}

/** What a server does with one connection. */
export interface Behaviour {
  /** Sent in reply to a request for TLS, which begins where it is `S`. */
  readonly tlsReply?: Buffer
  /** Sent a moment after it, in place of TLS. */
  readonly afterTlsReply?: Buffer
  received(message: ClientMessage, peer: Peer): void
}

export interface HostileServer extends AsyncDisposable {
  readonly host: '127.0.0.1'
  readonly port: number
  /** Connections that were opened, but for those with a cancel request. */
  readonly connections: () => number
  readonly cancelled: () => number
}

interface Sessions {
  readonly tls: { readonly key: Buffer; readonly cert: Buffer }
  readonly behave: () => Behaviour
  readonly cancelled: (socket: Socket, packet: Buffer) => void
}

const codes = { cancel: 80_877_102, tls: 80_877_103 } as const
const acceptsTls = Buffer.from('S')

/** Speaks the protocol over TCP and TLS, and says in it what it was told to. */
export async function startHostileServer(
  behave: () => Behaviour,
  onCancel: (socket: Socket, packet: Buffer) => unknown = (socket) => socket.destroy(),
): Promise<HostileServer> {
  const tls = { key: await readFile(certificate('server.key')), cert: await readFile(certificate('server.crt')) }
  const sockets = new Set<Socket>()
  const counts = { connections: 0, cancelled: 0 }
  const connections: Sessions = {
    tls,
    behave() {
      counts.connections += 1
      return behave()
    },
    cancelled(socket, packet) {
      counts.cancelled += 1
      onCancel(socket, packet)
    },
  }
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket.on('close', () => sockets.delete(socket)))
    serve(socket, connections)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    host: '127.0.0.1',
    port: typeof address === 'object' && address !== null ? address.port : 0,
    connections: () => counts.connections,
    cancelled: () => counts.cancelled,
    async [Symbol.asyncDispose]() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

function serve(socket: Socket, connections: Sessions, accepted?: Behaviour): void {
  let behaviour = accepted
  let pending = Buffer.alloc(0)
  let isIn = false
  const peer: Peer = {
    send: (bytes) => void (socket.writable && socket.write(bytes)),
    flood(bytes): void {
      if (!socket.writable) return
      const goOn = (): void => peer.flood(bytes)
      if (socket.write(bytes)) setImmediate(goOn)
      else socket.once('drain', goOn)
    },
    close: () => void socket.destroy(),
  }
  socket.on('error', () => {})
  socket.on('data', function read(chunk: Buffer) {
    pending = Buffer.concat([pending, chunk])
    for (;;) {
      const head = isIn ? 1 : 0
      const bytes = pending.length < head + 4 ? Number.POSITIVE_INFINITY : head + pending.readInt32BE(head)
      if (pending.length < bytes) return
      const packet = pending.subarray(0, bytes)
      pending = pending.subarray(bytes)
      const code = isIn ? 0 : packet.readInt32BE(4)
      if (code === codes.cancel) {
        connections.cancelled(socket, packet)
        return
      }
      behaviour ??= connections.behave()
      if (code !== codes.tls) {
        behaviour.received({ type: isIn ? packet.toString('latin1', 0, 1) : '', body: packet.subarray(head + 4) }, peer)
        isIn = true
        continue
      }
      const reply = behaviour.tlsReply ?? acceptsTls
      peer.send(reply)
      const { afterTlsReply } = behaviour
      if (afterTlsReply !== undefined) setTimeout(() => peer.send(afterTlsReply), 20)
      if (reply[0] !== acceptsTls[0] || afterTlsReply !== undefined) return
      socket.off('data', read)
      serve(new TLSSocket(socket, { isServer: true, ...connections.tls }), connections, behaviour)
      return
    }
  })
}
