import { type Dispatcher, request } from 'undici'
import { errorMessage } from '../../../telemetry/error-message.ts'
import type { StoredRequest } from '../queue/delivery-store.ts'
import { ExportError } from './export-error.ts'
import type { SendOutcome } from './outcome.ts'
import { classify } from './response/classify.ts'
import { endpointResponse, maxResponseBytes } from './response/endpoint-response.ts'
import { secretsOf } from './response/response-text.ts'

export interface SendSettings {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Of one attempt, from the connection to the last byte of the response. */
  readonly timeoutMs: number
  readonly dispatcher: Dispatcher
}

type Outgoing = Pick<StoredRequest, 'bytes' | 'encoding' | 'compression' | 'points'>

const contentTypes = { protobuf: 'application/x-protobuf', json: 'application/json' } as const

/**
 * One POST of one request. Redirects are not followed: the POST would become a GET, or the key be sent to another host.
 * @throws the signal's reason when it aborts, nothing else
 */
export async function send(outgoing: Outgoing, settings: SendSettings, signal: AbortSignal): Promise<SendOutcome> {
  signal.throwIfAborted()
  const deadline = AbortSignal.timeout(settings.timeoutMs)
  try {
    const { statusCode, headers, body } = await request(settings.url, {
      method: 'POST',
      headers: {
        ...settings.headers,
        'content-type': contentTypes[outgoing.encoding],
        ...(outgoing.compression === 'none' ? {} : { 'content-encoding': outgoing.compression }),
      },
      body: outgoing.bytes,
      dispatcher: settings.dispatcher,
      signal: AbortSignal.any([signal, deadline]),
    })
    const response = endpointResponse(statusCode, headers, await readUpTo(body, maxResponseBytes))
    return classify(response, outgoing.points, secretsOf(settings.headers), Date.now())
  } catch (cause) {
    signal.throwIfAborted()
    const why = deadline.aborted ? `no complete answer within ${settings.timeoutMs} ms` : errorMessage(cause)
    return { kind: 'retryable', error: new ExportError(`${new URL(settings.url).host}: ${why}`, { cause }) }
  }
}

async function readUpTo(body: AsyncIterable<unknown>, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body) {
    if (!Buffer.isBuffer(chunk)) continue
    chunks.push(chunk)
    size += chunk.length
    // Leaving the loop closes the body and the connection.
    if (size >= maxBytes) break
  }
  return Buffer.concat(chunks).subarray(0, maxBytes)
}
