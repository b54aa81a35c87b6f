import type { Rejection } from '../outcome.ts'
import type { EndpointResponse } from './endpoint-response.ts'
import { readableFields } from './readable-fields.ts'
import { cleanText } from './response-text.ts'

/** As the response has it. */
interface PartialSuccess {
  readonly count?: string
  readonly message?: string
}

/**
 * What a 2xx says of points or records that were not taken: https://opentelemetry.io/docs/specs/otlp/#partial-success-1.
 * New Relic's responses have no body. Of a long response only the beginning is read, which has the number.
 * @param items how many were sent
 */
export function partialSuccess(
  { body, contentType }: EndpointResponse,
  items: number,
  secrets: readonly string[],
): Rejection {
  const found = contentType === 'application/json' ? inJson(body.toString()) : inProtobuf(body, contentType)
  const message = cleanText(found.message ?? '', secrets)
  const about = message === '' ? {} : { message }
  const count = /^\d{1,15}$/.test(found.count ?? '0') ? Number(found.count ?? 0) : Number.NaN
  if (count <= items) return { rejected: count, ...about }
  return { rejected: 0, impossible: cleanText(found.count ?? '', secrets).slice(0, 40), ...about }
}

/** partial_success 1 {rejected_data_points or rejected_log_records 1, error_message 2}, of either signal. */
function inProtobuf(body: Uint8Array, contentType: string): PartialSuccess {
  let found: PartialSuccess = {}
  if (contentType !== 'application/x-protobuf') return found
  for (const outer of readableFields(body)) {
    if (outer.number !== 1 || typeof outer.value === 'bigint') continue
    for (const { number, value } of readableFields(outer.value)) {
      if (number === 1 && typeof value === 'bigint') found = { ...found, count: String(value) }
      if (number === 2 && typeof value === 'object') found = { ...found, message: Buffer.from(value).toString() }
    }
  }
  return found
}

function inJson(text: string): PartialSuccess {
  const count = /"rejected(?:DataPoints|LogRecords)"\s*:\s*"?([^",}\s]{0,60})/.exec(text)?.[1]
  const message = /"errorMessage"\s*:\s*("(?:[^"\\]|\\.){0,2000})/.exec(text)?.[1]
  return {
    ...(count === undefined || count === 'null' ? {} : { count }),
    ...(message === undefined ? {} : { message: unquoted(message) }),
  }
}

/** @param text with its first quote */
function unquoted(text: string): string {
  try {
    return String(JSON.parse(`${text}"`))
  } catch {
    return text.slice(1)
  }
}
