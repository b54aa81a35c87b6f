import type { StoredRequest } from '../queue/delivery-store.ts'
import { clampStartTimes } from '../wire/clamp-start-times.ts'
import { compress, decompress } from '../wire/compression.ts'
import type { DeliverySettings } from './delivery-settings.ts'
import { unsendable } from './export-error.ts'
import type { AttemptOutcome } from './outcome.ts'
import { send } from './send.ts'

/** A delta starts 47 hours before its request is made at the earliest (delta-outcome.ts): for so long it can't be too old. */
const freshMs = 1_800_000
const oldestStartMs = 47.5 * 3_600_000

/** One attempt to send one request. Never rejects. */
export async function attempt(
  request: StoredRequest,
  settings: DeliverySettings,
  signal: AbortSignal,
): Promise<AttemptOutcome> {
  const { target, dispatcher, ledger, clock } = settings
  const startedMs = clock.now()
  try {
    const url = target.urls[request.signal]
    if (url === undefined) throw new Error(`the exporter has no address for ${request.signal} any more`)
    const prepared = prepare(request, settings)
    const { headers, timeoutMs } = target
    const outcome = await send(prepared, { url, headers, timeoutMs, dispatcher }, signal)
    const status = outcome.kind === 'accepted' ? outcome.status : (outcome.error.status ?? 'network')
    ledger[request.signal].request(status, clock.now() - startedMs, request.sizeBytes, prepared.bytes.byteLength)
    if (outcome.kind !== 'permanent') return outcome
    if (status === 401 || status === 403) return { kind: 'key_refused', error: outcome.error }
    if (status === 415 && prepared.compression === 'zstd') return { kind: 'zstd_refused' }
    return outcome
  } catch (cause) {
    if (signal.aborted) return { kind: 'aborted' }
    return { kind: 'unsendable', error: unsendable(cause) }
  }
}

/**
 * The request as it goes now. What was stored before the endpoint refused zstd is compressed again. What has waited for long
 * gets start times that New Relic still takes.
 * @throws Error where the request's bytes aren't what they should be
 */
function prepare(request: StoredRequest, { clock, compressor }: DeliverySettings): StoredRequest {
  const isRefused = request.compression === 'zstd' && compressor.compression !== 'zstd'
  const mayHoldDeltas = request.signal === 'metrics' && request.encoding === 'protobuf'
  const isLate = mayHoldDeltas && clock.now() - request.createdMs > freshMs
  if (!isRefused && !isLate) return request
  const body = decompress(request.bytes, request.compression)
  const clamped = isLate ? clampStartTimes(body, clock.now() - oldestStartMs) : undefined
  if (!isRefused && clamped === undefined) return request
  const compression = isRefused ? 'gzip' : request.compression
  return { ...request, bytes: compress(clamped ?? body, compression), compression }
}
