import {
  JsonLogsSerializer,
  JsonMetricsSerializer,
  ProtobufLogsSerializer,
  ProtobufMetricsSerializer,
} from '@opentelemetry/otlp-transformer'
import { type Dispatcher, request } from 'undici'
import { errorMessage } from '../../telemetry/error-message.ts'
import { ExportError } from './export-error.ts'
import { parseRetryAfter } from './retry-after.ts'
import { signalOf } from './signal-paths.ts'
import type { StoredRequest } from './store.ts'

export interface SendSettings {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Of one attempt, from the connection to the last byte of the answer. */
  readonly timeoutMs: number
  readonly dispatcher: Dispatcher
}

/** The outcome of one HTTP attempt. Failing to deliver is ordinary, so it is a value, not an exception. */
export type SendOutcome =
  /** Partial success lands here too: OTLP forbids retrying it. `rejected` counts data points or log records. */
  | { readonly kind: 'accepted'; readonly status: number; readonly rejected: number; readonly message?: string }
  | { readonly kind: 'retryable'; readonly error: ExportError; readonly retryAfterMs?: number }
  | { readonly kind: 'too_large'; readonly error: ExportError }
  | { readonly kind: 'permanent'; readonly error: ExportError }

type Outgoing = Pick<StoredRequest, 'bytes' | 'encoding' | 'compression' | 'points' | 'path'>

const maxAnswerBytes = 64 * 1_024
const contentTypes = { protobuf: 'application/x-protobuf', json: 'application/json' } as const

/**
 * One POST of one request. Redirects are not followed: a POST would become a GET, or the key go elsewhere.
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
    const answer = await readUpTo(body, maxAnswerBytes)
    return classify(statusCode, answer, first(headers['content-type']), first(headers['retry-after']), outgoing)
  } catch (cause) {
    signal.throwIfAborted()
    const why = deadline.aborted ? `no complete answer within ${settings.timeoutMs} ms` : errorMessage(cause)
    return { kind: 'retryable', error: new ExportError(`${new URL(settings.url).host}: ${why}`, { cause }) }
  }
}

function classify(
  status: number,
  answer: Buffer,
  contentType: string | undefined,
  retryAfter: string | undefined,
  outgoing: Outgoing,
): SendOutcome {
  if (status >= 200 && status < 300)
    return { kind: 'accepted', status, ...partialSuccess(answer, contentType, outgoing) }
  const said = answer.toString('utf8', 0, 1_024).trim()
  const error = new ExportError(said === '' ? `HTTP ${status}` : `HTTP ${status}: ${said}`, { status })
  if (status === 413) return { kind: 'too_large', error }
  if (status !== 408 && status !== 429 && (status < 500 || status === 501)) return { kind: 'permanent', error }
  const retryAfterMs = parseRetryAfter(retryAfter, Date.now())
  return { kind: 'retryable', error, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
}

/** New Relic answers with no body at all; others may reject a part of the points or records. */
function partialSuccess(
  answer: Buffer,
  contentType: string | undefined,
  { path, points }: Outgoing,
): { readonly rejected: number; readonly message?: string } {
  const isJson = contentType?.startsWith('application/json') === true
  if (answer.length === 0 || !(isJson || contentType?.startsWith('application/x-protobuf'))) return { rejected: 0 }
  try {
    const { count, message } =
      signalOf(path) === 'logs' ? rejectedRecords(answer, isJson) : rejectedPoints(answer, isJson)
    // OTLP/JSON writes 64-bit integers as strings.
    const said = Math.trunc(Number(count ?? 0))
    const rejected = said > 0 ? Math.min(said, points) : 0
    return typeof message === 'string' && message !== '' ? { rejected, message: message.slice(0, 1_024) } : { rejected }
  } catch {
    // Accepted, whatever else it says.
    return { rejected: 0 }
  }
}

/** As the answer has it, which may be anything where it is JSON. */
interface Rejection {
  readonly count: unknown
  readonly message: unknown
}

function rejectedPoints(answer: Buffer, isJson: boolean): Rejection {
  const serializer = isJson ? JsonMetricsSerializer : ProtobufMetricsSerializer
  const { rejectedDataPoints, errorMessage } = serializer.deserializeResponse(answer).partialSuccess ?? {}
  return { count: rejectedDataPoints, message: errorMessage }
}

function rejectedRecords(answer: Buffer, isJson: boolean): Rejection {
  const serializer = isJson ? JsonLogsSerializer : ProtobufLogsSerializer
  const { rejectedLogRecords, errorMessage } = serializer.deserializeResponse(answer).partialSuccess ?? {}
  return { count: rejectedLogRecords, message: errorMessage }
}

async function readUpTo(body: AsyncIterable<unknown>, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body) {
    if (!Buffer.isBuffer(chunk)) continue
    chunks.push(chunk)
    size += chunk.length
    // Leaving the loop closes the body and with it the connection.
    if (size >= maxBytes) break
  }
  return Buffer.concat(chunks).subarray(0, maxBytes)
}

function first(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header
}
