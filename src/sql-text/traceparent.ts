import type { TraceLink } from '../pdata/log-record.ts'

// https://www.w3.org/TR/trace-context/#traceparent-header; a later version may have more fields behind these.
const traceparent =
  /(?<![0-9A-Za-z-])(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?![0-9A-Za-z])/g

/** The trace that a text (an application_name, a comment's tag) names anywhere in it; the first valid one. */
export function parseTraceparent(text: string): TraceLink | undefined {
  for (const match of text.matchAll(traceparent)) {
    const [whole, version, traceId, spanId, flags] = match
    if (traceId === undefined || spanId === undefined || flags === undefined) continue
    if (version === '00' && text[match.index + whole.length] === '-') continue
    return { traceId, spanId, flags: Number.parseInt(flags, 16) }
  }
  return undefined
}
