import type { BackoffSettings } from '../../../component/backoff.ts'
import type { Clock } from '../../../component/clock.ts'
import type { Status } from '../../../component/status.ts'
import type { Logger } from '../../../telemetry/logger.ts'
import type { Compression } from '../wire/compression.ts'
import { Breaker, type BreakerState } from './breaker.ts'
import { Concurrency } from './concurrency.ts'
import type { ExportError } from './export-error.ts'
import type { SendOutcome } from './outcome.ts'
import type { Ticket } from './ticket.ts'

export interface EndpointStateSettings {
  readonly clock: Clock
  readonly logger: Logger
  readonly backoff: BackoffSettings
  /** Most requests in flight at once. */
  readonly concurrency: number
  readonly compression: Compression
  report(status: Status): void
  /** Points that wait, for the log. */
  queuedPoints(): number
  /** Told when requests that wait for their own turn had better wait with all others. */
  opened(): void
}

/** What an outcome means for the request: its fate is decided, or it goes again. */
export type Answer =
  | { readonly kind: 'final' }
  /** `undefined`: whenever requests go. */
  | { readonly kind: 'again'; readonly delayMs: number | undefined }

/** A refused key is tried again slowly: somebody may mend it, and nothing is dropped until then. */
const refusedKeyPauseMs = 60_000
const failuresToOpen = 5
/** A Retry-After beyond is said, with its end. */
const longPauseMs = 3_600_000
/** An endpoint that flaps gets one pair of lines in so long. */
const quietMs = 60_000

type Retryable = Extract<SendOutcome, { readonly kind: 'retryable' }>

/** What is known of the endpoint: whether requests may go, how many at once, and in which compression. */
export class EndpointState {
  readonly #settings: EndpointStateSettings
  readonly #breaker: Breaker
  readonly #concurrency: Concurrency
  #keyRefused = false
  #zstdRefused = false
  #warned = false
  #saidOpen = false
  #saidLong = false
  #saidWebPage = false
  #warnedMs = -Infinity

  constructor(settings: EndpointStateSettings) {
    this.#settings = settings
    this.#breaker = new Breaker({ clock: settings.clock, backoff: settings.backoff, threshold: failuresToOpen })
    this.#concurrency = new Concurrency(settings.concurrency)
  }

  /** How requests are to be compressed: as configured, unless the endpoint doesn't take it. */
  get compression(): Compression {
    return this.#zstdRefused ? 'gzip' : this.#settings.compression
  }

  get breaker(): BreakerState {
    return this.#breaker.state
  }

  /** Milliseconds until a request may go. */
  get pauseMs(): number {
    return this.#breaker.pauseMs
  }

  /** Which request may go beside so many in flight; a probe doesn't wait for what was sent before the circuit opened. */
  admits(inFlight: number): 'newest' | 'smallest' | undefined {
    switch (this.#breaker.state) {
      case 'closed':
        return inFlight < this.#concurrency.limit ? 'newest' : undefined
      case 'half_open':
        return undefined
      case 'open':
        return 'smallest'
      default:
        return this.#breaker.state satisfies never
    }
  }

  begin(): Ticket {
    return this.#breaker.begin()
  }

  /** An attempt that never came to an outcome says nothing of the endpoint. */
  inconclusive(attempt: Ticket): void {
    this.#breaker.inconclusive(attempt)
  }

  /** Learns from an outcome. */
  learn(outcome: SendOutcome, attempt: Ticket, compression: Compression): Answer {
    switch (outcome.kind) {
      case 'accepted':
        this.#answered(attempt)
        if (this.#breaker.state === 'closed') this.#settings.report({ kind: 'ok' })
        return { kind: 'final' }
      case 'retryable':
        return { kind: 'again', delayMs: this.#failed(outcome, attempt) }
      case 'too_large':
        this.#answered(attempt)
        return { kind: 'final' }
      case 'permanent':
        return this.#refused(outcome.error, attempt, compression)
      default:
        return outcome satisfies never
    }
  }

  #refused(error: ExportError, attempt: Ticket, compression: Compression): Answer {
    if (error.status === 401 || error.status === 403) {
      this.#refusedKey(error)
      return { kind: 'again', delayMs: undefined }
    }
    this.#answered(attempt)
    if (error.status !== 415 || compression !== 'zstd') return { kind: 'final' }
    if (!this.#zstdRefused) this.#settings.logger.warn('The endpoint does not take zstd; gzip is used from now on.')
    this.#zstdRefused = true
    return { kind: 'again', delayMs: undefined }
  }

  #answered(attempt: Ticket): void {
    const { clock, logger } = this.#settings
    this.#breaker.succeeded(attempt)
    this.#concurrency.succeeded(attempt, clock.now())
    if (this.#breaker.state !== 'closed') return
    if (this.#warned) logger.info('Delivery works again.', { queued_points: this.#settings.queuedPoints() })
    this.#warned = false
    this.#saidOpen = false
    this.#saidLong = false
    this.#saidWebPage = false
    this.#keyRefused = false
  }

  #failed(outcome: Retryable, attempt: Ticket): number | undefined {
    const { error, retryAfterMs } = outcome
    this.#concurrency.failed(attempt, this.#settings.clock.now())
    const delayMs = this.#breaker.failed(attempt, retryAfterMs)
    if (outcome.isWebPage === true) this.#sayWebPage(error)
    else if (retryAfterMs !== undefined && retryAfterMs > longPauseMs) this.#sayLong(error)
    else this.#warn(error)
    if (delayMs === undefined) this.#settings.opened()
    // A refused key stays the reason until a request is taken.
    if (!this.#keyRefused) this.#settings.report({ kind: 'recoverable', reason: error.message })
    return delayMs
  }

  #sayWebPage(error: ExportError): void {
    if (!this.#saidWebPage) {
      this.#settings.logger.error(
        "A web page came in place of the endpoint's answer: something else answers there, such as a proxy or a captive portal. Requests are kept and tried again.",
        { error: error.message, queued_points: this.#settings.queuedPoints() },
      )
    }
    this.#saidWebPage = true
    this.#warned = true
  }

  #sayLong(error: ExportError): void {
    if (!this.#saidLong) {
      const until = new Date(this.#breaker.openUntilMs).toISOString()
      this.#settings.logger.warn(
        'The endpoint asks to be left alone for long; nothing is lost. One small request an hour tries whether it still does.',
        { error: error.message, until, queued_points: this.#settings.queuedPoints() },
      )
    }
    this.#saidLong = true
    this.#warned = true
    this.#saidOpen = true
  }

  #warn(error: ExportError): void {
    const { clock, logger } = this.#settings
    const open = this.#breaker.state === 'open'
    const about = { error: error.message, ...(open ? { pause_ms: Math.round(this.#breaker.pauseMs) } : {}) }
    if (!this.#warned && clock.now() >= this.#warnedMs + quietMs) {
      this.#warned = true
      this.#warnedMs = clock.now()
      logger.warn('Delivery fails and is tried again.', about)
    } else if (this.#warned && open && !this.#saidOpen) {
      logger.warn('Delivery keeps failing: one small request at a time tries the endpoint until it answers.', about)
    }
    this.#saidOpen ||= open
  }

  #refusedKey(error: ExportError): void {
    if (!this.#keyRefused) {
      this.#settings.logger.error(
        'The endpoint refuses the key. Points are kept and tried again every minute: check the key and the region.',
        { error: error.message, queued_points: this.#settings.queuedPoints() },
      )
    }
    this.#keyRefused = true
    this.#warned = true
    this.#breaker.open(refusedKeyPauseMs)
    this.#settings.opened()
    this.#settings.report({ kind: 'permanent', reason: `the endpoint refuses the key (${error.message})` })
  }
}
