import { type BackoffSettings, backoffDelay } from '../../../component/backoff.ts'
import type { Clock } from '../../../component/clock.ts'
import { errorMessage } from '../../../telemetry/error-message.ts'
import type { Logger } from '../../../telemetry/logger.ts'
import type { SignalTelemetry } from '../account/exporter-telemetry.ts'
import type { StoredRequest } from '../queue/delivery-store.ts'
import { clampStartTimes } from '../wire/clamp-start-times.ts'
import { compress, decompress } from '../wire/compression.ts'
import { signalOf } from '../wire/signal-path.ts'
import type { Answer, EndpointState } from './endpoint-state.ts'
import type { SendOutcome } from './outcome.ts'
import type { FinalOutcome, Outcomes } from './settle-outcome.ts'
import type { SizeLimits } from './size-limit.ts'
import type { Ticket } from './ticket.ts'

/** A delta starts 47 hours before its request is made at the earliest (deltas.ts), so for so long it can't be too old. */
const freshMs = 1_800_000
const oldestStartMs = 47.5 * 3_600_000

export interface AttemptSettings {
  readonly endpoint: EndpointState
  readonly outcomes: Outcomes
  readonly sizeLimits: SizeLimits
  readonly telemetry: SignalTelemetry
  readonly logger: Logger
  readonly clock: Clock
  readonly backoff: BackoffSettings
  /** Aborts what is in flight. */
  readonly aborting: AbortSignal
  /** Ends waiting for a store that doesn't work. */
  readonly stopping: AbortSignal
  /** One attempt; rejects only with the signal's reason. */
  send(request: StoredRequest, signal: AbortSignal): Promise<SendOutcome>
}

/** Takes one request to the endpoint and sees to what comes of it. */
export class Attempts {
  readonly #settings: AttemptSettings

  constructor(settings: AttemptSettings) {
    this.#settings = settings
  }

  /** One attempt and its consequences. Never rejects. */
  async deliver(request: StoredRequest, attempt: Ticket): Promise<Answer> {
    const { outcomes, endpoint, clock, aborting, sizeLimits } = this.#settings
    const limitBytes = sizeLimits[signalOf(request.path)].bytes
    if (limitBytes !== undefined && request.sizeBytes > limitBytes && request.points > 1) {
      endpoint.inconclusive(attempt)
      return this.#conclude(request, { kind: 'oversized', limitBytes })
    }
    const telemetry = this.#settings.telemetry[signalOf(request.path)]
    let adapted: StoredRequest
    let outcome: SendOutcome
    try {
      adapted = this.#adapt(request)
      outcome = await this.#settings.send(adapted, aborting)
    } catch (cause) {
      endpoint.inconclusive(attempt)
      if (aborting.aborted) return { kind: 'again', delayMs: undefined }
      outcomes.unsendable(request, cause)
      return { kind: 'final' }
    }
    const status = outcome.kind === 'accepted' ? outcome.status : (outcome.error.status ?? 'network')
    telemetry.request(status, clock.now() - attempt.startedMs, request.sizeBytes, adapted.bytes.byteLength)
    const answer = endpoint.learn(outcome, attempt, adapted.compression)
    if (answer.kind === 'again' || outcome.kind === 'retryable') {
      telemetry.retry()
      return answer
    }
    return this.#conclude(request, outcome)
  }

  /**
   * The request as it goes now: those that were stored before the endpoint refused zstd are compressed again, and those
   * that have waited for long have no delta that starts too early for New Relic.
   */
  #adapt(request: StoredRequest): StoredRequest {
    const { clock, endpoint } = this.#settings
    const refusesIt = request.compression === 'zstd' && endpoint.compression !== 'zstd'
    const mayHoldDeltas = signalOf(request.path) === 'metrics' && request.encoding === 'protobuf'
    const isLate = mayHoldDeltas && clock.now() - request.createdMs > freshMs
    if (!refusesIt && !isLate) return request
    const body = decompress(request.bytes, request.compression)
    const raised = isLate ? clampStartTimes(body, clock.now() - oldestStartMs) : undefined
    if (!refusesIt && raised === undefined) return request
    const compression = refusesIt ? 'gzip' : request.compression
    return { ...request, bytes: compress(raised ?? body, compression), compression }
  }

  /** Where the store can't write (a full disk) this is tried until it can: sending again would teach nothing new. */
  async #conclude(request: StoredRequest, outcome: FinalOutcome): Promise<Answer> {
    const { clock, backoff, stopping, logger, outcomes } = this.#settings
    for (let failures = 1; ; failures++) {
      try {
        outcomes.conclude(request, outcome)
        return { kind: 'final' }
      } catch (error) {
        if (failures === 1)
          logger.warn('A request that is too large or was refused could not be divided.', {
            error: errorMessage(error),
          })
      }
      try {
        await clock.sleep(backoffDelay(backoff, failures), stopping)
      } catch {
        return { kind: 'again', delayMs: undefined }
      }
    }
  }
}
