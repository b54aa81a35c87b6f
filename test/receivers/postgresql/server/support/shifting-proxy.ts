import { connect, createServer, type Socket } from 'node:net'
import { freePort } from '../../../../../src/demo/free-port.ts'

/** One message: its type, its length with itself, what it holds. */
function message(type: string, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  const length = Buffer.alloc(4)
  length.writeInt32BE(body.length + 4)
  return Buffer.concat([Buffer.from(type), length, body])
}

/** All that answers a statement in extended mode, well formed: one row of one empty text. Nobody asked for it. */
const uncalledFor = Buffer.concat([
  message('1'),
  message('2'),
  message(
    'T',
    Buffer.of(0, 1),
    Buffer.from('now\0'),
    Buffer.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 25, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0),
  ),
  message('D', Buffer.of(0, 1, 0, 0, 0, 0)),
  message('C', Buffer.from('SELECT 1\0')),
  message('Z', Buffer.from('I')),
])

/** A proxy that, once told to, puts a result of its own before the answer to a statement: from then on all are shifted. */
export async function startShiftingProxy(target: { readonly host: string; readonly port: number }) {
  const port = await freePort()
  const sockets = new Set<Socket>()
  let marker: string | undefined
  let shifted = 0
  let accepted = 0
  const server = createServer((client) => {
    accepted += 1
    const upstream = connect(target)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => socket.destroy()).once('close', () => sockets.delete(socket))
    }
    client.on('data', (chunk) => {
      if (marker !== undefined && chunk.includes(marker)) {
        marker = undefined
        shifted += 1
        client.write(uncalledFor)
      }
      upstream.write(chunk)
    })
    upstream.on('data', (chunk) => client.write(chunk))
    client.once('close', () => upstream.destroy())
    upstream.once('close', () => client.destroy())
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    host: '127.0.0.1',
    port,
    /** The next statement whose text contains this gets a result that isn't its own. */
    shiftAt: (text: string) => {
      marker = text
    },
    /** How many connections were made. */
    get accepted() {
      return accepted
    },
    /** How often that happened. */
    get shifted() {
      return shifted
    },
    async [Symbol.asyncDispose](): Promise<void> {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
