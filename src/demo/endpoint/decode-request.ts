import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import type protobuf from 'protobufjs'
import { decodeProtobuf, exportLogsRequest, exportMetricsRequest } from './otlp-proto.ts'
import { type LogsRequest, logsRequest, type MetricsRequest, metricsRequest } from './otlp-request.ts'

/** What a body says, by the path that it was sent to. */
export type Payload =
  | { readonly kind: 'metrics'; readonly request: MetricsRequest }
  | { readonly kind: 'logs'; readonly request: LogsRequest }

export type ContentType = 'application/x-protobuf' | 'application/json'

/** What a compressed megabyte may grow to here, so that a bomb doesn't take the process with it. */
const decompressedLimitBytes = 64_000_000

/**
 * @param encoding the Content-Encoding header
 * @returns `undefined` for an encoding that New Relic doesn't know
 * @throws Error if the body isn't what the header says
 */
export function decompress(body: Buffer, encoding: string): Buffer | undefined {
  const options = { maxOutputLength: decompressedLimitBytes }
  switch (encoding) {
    case 'identity':
      return body
    case 'gzip':
      return gunzipSync(body, options)
    case 'zstd':
      return zstdDecompressSync(body, options)
    default:
      return undefined
  }
}

/** @throws Error if the body isn't a request of this kind */
export function decodePayload(kind: Payload['kind'], contentType: ContentType, body: Buffer): Payload {
  if (kind === 'metrics') return { kind, request: metricsRequest.parse(read(exportMetricsRequest, contentType, body)) }
  return { kind, request: logsRequest.parse(read(exportLogsRequest, contentType, body)) }
}

function read(type: protobuf.Type, contentType: ContentType, body: Buffer): unknown {
  return contentType === 'application/json' ? JSON.parse(body.toString()) : decodeProtobuf(type, body)
}
