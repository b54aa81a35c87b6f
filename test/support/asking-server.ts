import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { TLSSocket } from 'node:tls'

const file = (name: string) => readFile(new URL(`certificates/${name}`, import.meta.url))
const sslRequestBytes = 8
const sslRequestCode = 80_877_103
/** AuthenticationCleartextPassword (manual, "Message Formats"). */
const cleartextRequest = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3])

/** Asks everybody for the password in cleartext, and keeps what it is told. */
export interface AskingServer extends AsyncDisposable {
  readonly port: number
  /** The passwords. */
  readonly told: readonly string[]
  /** How many have begun to log in. */
  readonly asked: number
}

/** Speaks TLS where it is asked to, as localhost. It lets nobody in. */
export async function startAskingServer(): Promise<AskingServer> {
  const pair = { cert: await file('server.crt'), key: await file('server.key') }
  const sockets = new Set<Socket>()
  const told: string[] = []
  let asked = 0
  const converse = (socket: Socket) => {
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      if (chunk.length === sslRequestBytes && chunk.readInt32BE(4) === sslRequestCode) {
        socket.removeAllListeners('data')
        socket.write('S')
        converse(new TLSSocket(socket, { ...pair, isServer: true }))
      } else if (chunk[0] === 0x70) {
        told.push(chunk.toString('utf8', 5, chunk.length - 1))
        const refusal = Buffer.from('E....SFATAL\0C28P01\0Mno such password\0\0')
        refusal.writeInt32BE(refusal.length - 1, 1)
        socket.end(refusal)
      } else {
        asked += 1
        socket.write(cleartextRequest)
      }
    })
  }
  const server = createServer((socket) => {
    sockets.add(socket)
    converse(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no TCP address')
  return {
    port: address.port,
    told,
    get asked() {
      return asked
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
