import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import type { Cluster } from '../../../../../src/demo/embedded-postgres/cluster.ts'

/** Answers a start-up packet that has `options` as PgBouncer does without ignore_startup_parameters. */
export interface RefusingPooler extends AsyncDisposable {
  readonly host: '127.0.0.1'
  readonly port: number
  /** How often it has refused. */
  readonly refused: () => number
}

export async function startRefusingPooler(cluster: Cluster): Promise<RefusingPooler> {
  const sockets = new Set<Socket>()
  let refused = 0
  // A cancel request's connection ends when the server has read it, not when the client has sent it.
  const server = createServer({ allowHalfOpen: true }, (client) => {
    sockets.add(client.on('error', () => {}))
    client.once('data', (packet) => {
      if (packet.includes('\0options\0')) {
        refused += 1
        client.end(fatal('08P01', 'unsupported startup parameter: options'))
        return
      }
      const upstream = connect(cluster.port, cluster.host)
      sockets.add(upstream.on('error', () => {}))
      upstream.write(packet)
      client.pipe(upstream).pipe(client)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    host: '127.0.0.1',
    port: typeof address === 'object' && address !== null ? address.port : 0,
    refused: () => refused,
    async [Symbol.asyncDispose]() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

/** An ErrorResponse message. */
function fatal(code: string, message: string): Buffer {
  const body = Buffer.from(`SFATAL\0VFATAL\0C${code}\0M${message}\0\0`)
  const head = Buffer.from('E\0\0\0\0')
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}
