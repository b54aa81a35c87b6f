import { ExportError } from '../export-error.ts'
import type { SendOutcome } from '../outcome.ts'
import { parseRetryAfter } from '../retry-after.ts'
import { type EndpointResponse, isWebPage } from './endpoint-response.ts'
import { partialSuccess } from './partial-success.ts'
import { responseText } from './response-text.ts'

/** A Collector refuses with 400 what is larger than its `max_request_body_size`. */
const tooLargeText =
  /\b(?:request|body|payload|message|entity|content)\b.*\b(?:too (?:large|big|long)|larger than|exceeds)\b/i

/**
 * What a response means for the request (docs/delivery.md).
 * @param items points or records that were sent
 * @param nowMs on the wall clock, which a date in Retry-After is on
 */
export function classify(
  response: EndpointResponse,
  items: number,
  secrets: readonly string[],
  nowMs: number,
): SendOutcome {
  const { status } = response
  const text = status === 200 && response.body.length === 0 ? '' : responseText(response, secrets)
  const error = new ExportError(text === '' ? `HTTP ${status}` : `HTTP ${status}: ${text}`, { status })
  if (status >= 200 && status < 300) {
    if (isWebPage(response)) return { kind: 'retryable', error, isWebPage: true }
    return { kind: 'accepted', status, ...partialSuccess(response, items, secrets) }
  }
  if (status === 413 || (status === 400 && tooLargeText.test(text))) return { kind: 'too_large', error }
  if (status !== 408 && status !== 429 && (status < 500 || status === 501)) return { kind: 'permanent', error }
  const retryAfterMs = parseRetryAfter(response.retryAfter, nowMs)
  return { kind: 'retryable', error, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
}
