import net from 'node:net'
import tls from 'node:tls'

/** Where the connection's server listens, and how it is reached. */
export interface CancelTarget {
  /** As configured: what a certificate must name. */
  readonly host: string
  /** The address that is connected to: behind one name there may be several servers. */
  readonly address: string | undefined
  readonly port: number
  /** The TLS settings of the connection, `undefined` where it is plain. */
  readonly ssl: tls.ConnectionOptions | undefined
}

/** What the server said of the connection at its start. */
export interface BackendKey {
  readonly processId: number
  /** Four bytes; up to 256 from version 3.2 of the protocol on. */
  readonly secretKey: Buffer
}

const sslRequest = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])

/**
 * Asks the server to cancel what a backend runs (manual, "Canceling Requests in Progress"), encrypted if the connection is.
 * The server never answers; that it closed the connection says only that it has read the request.
 */
export async function sendCancelRequest(
  target: CancelTarget,
  backend: BackendKey,
  deadline: AbortSignal,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const socket = net.connect(
    target.host.startsWith('/')
      ? { path: `${target.host}/.s.PGSQL.${target.port}` }
      : { host: target.address ?? target.host, port: target.port },
  )
  const abort = () => reject(deadline.reason)
  deadline.addEventListener('abort', abort, { once: true })
  const watch = (stream: net.Socket) => stream.on('error', reject).once('close', () => resolve())
  watch(socket)
  socket.once('connect', () => {
    if (target.ssl === undefined) return socket.end(cancelRequest(backend))
    const { ssl } = target
    socket.write(sslRequest)
    socket.once('data', (answer) => {
      if (answer.toString('latin1') !== 'S') return reject(new Error('the server does not encrypt a cancel request'))
      const secure = tls.connect({ ...ssl, ...named(target.host), socket }, () => secure.end(cancelRequest(backend)))
      watch(secure)
    })
  })
  try {
    await promise
  } finally {
    deadline.removeEventListener('abort', abort)
    socket.destroy()
  }
}

function cancelRequest({ processId, secretKey }: BackendKey): Buffer {
  const head = Buffer.alloc(12)
  head.writeInt32BE(head.length + secretKey.length, 0)
  head.writeInt32BE(80877102, 4)
  head.writeInt32BE(processId, 8)
  return Buffer.concat([head, secretKey])
}

/** Whom the certificate must name. A server name indication is for names only (RFC 6066, section 3). */
function named(host: string): tls.ConnectionOptions {
  return net.isIP(host) === 0 ? { host, servername: host } : { host }
}
