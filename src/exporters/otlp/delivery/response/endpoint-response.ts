import { brotliDecompressSync, constants, gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib'

/** An endpoint's response, as far as it was read. */
export interface EndpointResponse {
  readonly status: number
  /** In lower case, without parameters; empty where there is none. */
  readonly contentType: string
  readonly retryAfter: string | undefined
  /** Decompressed; its beginning where it is long. */
  readonly body: Buffer
}

type Header = string | readonly string[] | undefined

/** More of a response isn't read. */
export const maxResponseBytes = 64 * 1_024
/** Of the decompressed body. */
const maxOutputLength = 16 * maxResponseBytes

/** A body whose end is missing is decoded up to there. */
const decoders: ReadonlyMap<string, (bytes: Buffer) => Buffer> = new Map([
  ['gzip', (bytes) => gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength })],
  ['deflate', (bytes) => inflateSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength })],
  ['br', (bytes) => brotliDecompressSync(bytes, { finishFlush: constants.BROTLI_OPERATION_FLUSH, maxOutputLength })],
  ['zstd', (bytes) => zstdDecompressSync(bytes, { finishFlush: constants.ZSTD_e_flush, maxOutputLength })],
])

/** @param bytes as they came */
export function endpointResponse(
  status: number,
  headers: Readonly<Record<string, Header>>,
  bytes: Buffer,
): EndpointResponse {
  const [type = ''] = (first(headers['content-type']) ?? '').split(';')
  return {
    status,
    contentType: type.trim().toLowerCase(),
    retryAfter: first(headers['retry-after']),
    body: decoded(bytes, first(headers['content-encoding']) ?? ''),
  }
}

/** Whether it is a web page, by its content type or by how it begins. */
export function isWebPage({ contentType, body }: EndpointResponse): boolean {
  if (body.length === 0) return false
  if (contentType === 'text/html' || contentType === 'application/xhtml+xml') return true
  // Skips white space, byte order marks and the zeros of 16-bit encodings.
  const start = body
    .subarray(0, 256)
    .find((byte) => ![0x00, 0x09, 0x0a, 0x0d, 0x20, 0xbb, 0xbf, 0xef, 0xfe, 0xff].includes(byte))
  return start === '<'.charCodeAt(0)
}

function decoded(bytes: Buffer, coding: string): Buffer {
  try {
    return decoders.get(coding.trim().toLowerCase().replace(/^x-/, ''))?.(bytes) ?? bytes
  } catch {
    return bytes
  }
}

function first(header: Header): string | undefined {
  return typeof header === 'object' ? header[0] : header
}
