import type { IncomingHttpHeaders } from 'node:http'
import { type ContentType, decodePayload, decompress, type Payload } from './decode-request.ts'

/** What New Relic takes in one request. */
export const payloadLimitBytes = 1_000_000

/** A complete HTTP request. */
interface Judged {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** What the checks of a request come to. */
export interface Verdict {
  readonly status: number
  readonly refusal?: string
  readonly decodedBytes?: number
  readonly payload?: Payload
}

/** What New Relic would answer. Only what is checked here is told in the status; the rest is dropped in silence there. */
export function judge({ method, path, headers, body }: Judged, apiKey: string): Verdict {
  const kind = kindOf(path)
  if (kind === undefined) return { status: 404, refusal: `no such path: ${path}` }
  if (method !== 'POST') return { status: 405, refusal: `${method} is not POST` }
  const key = headers['api-key']
  if (key === undefined) return { status: 401, refusal: 'no api-key header' }
  if (key !== apiKey) return { status: 403, refusal: 'another api-key' }
  const contentType = contentTypeOf(headers)
  if (contentType === undefined) return { status: 415, refusal: `content-type ${headers['content-type']}` }
  if (body.length > payloadLimitBytes) return { status: 413, refusal: `wire size: ${body.length} bytes` }
  try {
    const encoding = headers['content-encoding'] ?? 'identity'
    const decoded = decompress(body, encoding)
    if (decoded === undefined) return { status: 415, refusal: `content-encoding ${encoding}` }
    const decodedBytes = decoded.length
    if (decodedBytes > payloadLimitBytes) {
      return { status: 413, refusal: `decoded size: ${decodedBytes} bytes`, decodedBytes }
    }
    return { status: 200, decodedBytes, payload: decodePayload(kind, contentType, decoded) }
  } catch (error) {
    return { status: 400, refusal: error instanceof Error ? error.message : 'undecodable' }
  }
}

function kindOf(path: string): Payload['kind'] | undefined {
  if (path === '/v1/metrics') return 'metrics'
  return path === '/v1/logs' ? 'logs' : undefined
}

function contentTypeOf(headers: IncomingHttpHeaders): ContentType | undefined {
  const [contentType] = (headers['content-type'] ?? '').split(';')
  return contentType === 'application/x-protobuf' || contentType === 'application/json' ? contentType : undefined
}
