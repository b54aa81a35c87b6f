import { once } from 'node:events'
import net from 'node:net'

/** A client of its own, which sends statements as bytes that may be in any encoding or in none. Trusted by the server. */
export interface RawClient extends AsyncDisposable {
  /** Sends one, and waits until the server is ready for the next; fails nowhere. */
  readonly send: (sql: string) => Promise<void>
}

/** @param user and `database` as Latin-1, as statements are */
export async function rawClient(
  { host, port }: { readonly host: string; readonly port: number },
  database: string,
  user = 'postgres',
): Promise<RawClient> {
  const socket = net.connect(port, host)
  await once(socket, 'connect')
  const parameters = ['user', user, 'database', database, 'client_encoding', 'SQL_ASCII', '', '']
  const body = Buffer.from(parameters.slice(0, -1).join('\0'), 'latin1')
  const startUp = Buffer.concat([Buffer.alloc(8), body, Buffer.alloc(1)])
  startUp.writeInt32BE(startUp.length, 0)
  startUp.writeInt32BE(196_608, 4)
  await exchanged(socket, startUp)
  return {
    send: async (sql) => {
      const text = Buffer.concat([Buffer.from(sql, 'latin1'), Buffer.alloc(1)])
      const head = Buffer.from([0x51, 0, 0, 0, 0])
      head.writeInt32BE(text.length + 4, 1)
      await exchanged(socket, Buffer.concat([head, text]))
    },
    [Symbol.asyncDispose]: async () => {
      if (socket.closed) return
      const closed = once(socket, 'close')
      socket.end()
      await closed
    },
  }
}

/** Sends, and reads until ReadyForQuery is the last message. */
async function exchanged(socket: net.Socket, bytes: Buffer): Promise<void> {
  socket.write(bytes)
  let received = Buffer.alloc(0)
  while (!isReady(received)) {
    const [chunk]: unknown[] = await once(socket, 'data')
    received = Buffer.concat([received, Buffer.isBuffer(chunk) ? chunk : Buffer.alloc(0)])
  }
}

function isReady(received: Buffer): boolean {
  const type = received.length >= 6 ? received[received.length - 6] : undefined
  return type === 0x5a && received.readInt32BE(received.length - 5) === 5
}
