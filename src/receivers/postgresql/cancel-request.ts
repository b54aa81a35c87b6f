import net from 'node:net'
import tls from 'node:tls'

/** Where the session's server listens, and how it is reached. */
export interface CancelTarget {
  readonly host: string
  readonly port: number
  /** The TLS settings of the session, `undefined` where it is plain. */
  readonly ssl: tls.ConnectionOptions | undefined
}

const sslRequest = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])

/**
 * Asks the server to cancel what a backend runs (manual, "Canceling Requests in Progress"), encrypted if the session is.
 * The server never answers; that it closed the connection says only that it has read the request.
 */
export async function sendCancelRequest(
  target: CancelTarget,
  backend: { readonly processId: number; readonly secretKey: number },
  deadline: AbortSignal,
): Promise<void> {
  const request = Buffer.alloc(16)
  request.writeInt32BE(16, 0)
  request.writeInt32BE(80877102, 4)
  request.writeInt32BE(backend.processId, 8)
  request.writeInt32BE(backend.secretKey, 12)
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const socket = net.connect(
    target.host.startsWith('/')
      ? { path: `${target.host}/.s.PGSQL.${target.port}` }
      : { host: target.host, port: target.port },
  )
  const abort = () => reject(deadline.reason)
  deadline.addEventListener('abort', abort, { once: true })
  const watch = (stream: net.Socket) => stream.once('error', reject).once('close', () => resolve())
  watch(socket)
  socket.once('connect', () => {
    if (target.ssl === undefined) return socket.end(request)
    socket.write(sslRequest)
    socket.once('data', (answer) => {
      if (answer.toString('latin1') !== 'S') return socket.destroy()
      socket.removeAllListeners('close')
      const secure = tls.connect({ ...target.ssl, socket }, () => secure.end(request))
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
