import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { pipeline } from 'node:stream'
import { type SecureContextOptions, TLSSocket, connect as tlsConnect } from 'node:tls'

/** The request for TLS before a start-up packet (manual, "Message Formats", SSLRequest). */
const sslRequest = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])

/** Ends TLS with a certificate of its own and passes on what it reads, encrypted again. */
export interface TlsRelay extends AsyncDisposable {
  readonly host: '127.0.0.1'
  readonly port: number
}

async function pairOf(name: string): Promise<SecureContextOptions> {
  const file = (suffix: string) => readFile(new URL(`certificates/${name}.${suffix}`, import.meta.url))
  return { cert: await file('crt'), key: await file('key') }
}

/** A relay in front of a PostgreSQL server that speaks TLS: who sits there reads everything. */
export async function startTlsRelay(target: { readonly host: string; readonly port: number }): Promise<TlsRelay> {
  const pair = await pairOf('other')
  const sockets = new Set<Socket>()
  const server = createServer(async (client) => {
    const upstream = connect(target.port, target.host)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => {})
    }
    await once(client, 'data')
    upstream.write(sslRequest)
    await once(upstream, 'data')
    client.write('S')
    const inner = new TLSSocket(client, { ...pair, isServer: true })
    const outer = tlsConnect({ socket: upstream, rejectUnauthorized: false })
    pipeline(inner, outer, inner, () => {})
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the relay has no TCP address')
  return {
    host: '127.0.0.1',
    port: address.port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
