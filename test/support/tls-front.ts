import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { pipeline } from 'node:stream'
import { createServer, type TLSSocket } from 'node:tls'
import { fileURLToPath } from 'node:url'

const certificate = (name: string) => fileURLToPath(new URL(`certificates/${name}`, import.meta.url))

/** The certificate of who signed the server's; no system trusts it. */
export const caFile = certificate('ca.crt')

/** TLS in front of a plain server on 127.0.0.1. */
export interface TlsFront extends AsyncDisposable {
  readonly url: string
}

export async function startTlsFront(port: number): Promise<TlsFront> {
  const key = await readFile(certificate('server.key'))
  const cert = await readFile(certificate('server.crt'))
  const sockets = new Set<TLSSocket>()
  const server = createServer({ key, cert }, (client) => {
    sockets.add(client)
    const plain = connect(port, '127.0.0.1')
    // Either side's end is the other's.
    pipeline(client, plain, client, () => sockets.delete(client))
  })
  server.on('tlsClientError', () => {})
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the front has no TCP address')
  return {
    url: `https://127.0.0.1:${address.port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
