import type { Breaker } from './breaker.ts'
import type { DeliverySettings } from './delivery-settings.ts'
import type { ExportError } from './export-error.ts'
import type { SendOutcome } from './outcome.ts'

type Retryable = Extract<SendOutcome, { readonly kind: 'retryable' }>

/** A Retry-After beyond this is logged with its end. */
const longPauseMs = 3_600_000
/** Of an endpoint that fails and works by turns one pair of lines is logged in so long. */
const quietMs = 60_000

/** Reports the endpoint's state, in the log and as the exporter's status: once for each change, not for each attempt. */
export class EndpointReport {
  readonly #settings: DeliverySettings
  readonly #breaker: Breaker
  #isKeyRefused = false
  /** What was logged since the endpoint worked last. */
  #failureLogged = false
  #openLogged = false
  #longPauseLogged = false
  #webPageLogged = false
  #warnedMs = -Infinity

  constructor(settings: DeliverySettings, breaker: Breaker) {
    this.#settings = settings
    this.#breaker = breaker
  }

  /** The endpoint took a request, or refused it for what is in it. */
  works(): void {
    if (this.#breaker.state !== 'closed') return
    if (this.#failureLogged) this.#settings.logger.info('Delivery works again.', this.#queued())
    this.#failureLogged = false
    this.#openLogged = false
    this.#longPauseLogged = false
    this.#webPageLogged = false
    this.#isKeyRefused = false
  }

  /** To be called after {@link works}. */
  accepted(): void {
    if (this.#breaker.state === 'closed') this.#settings.report({ kind: 'ok' })
  }

  failed({ error, retryAfterMs, isWebPage }: Retryable): void {
    if (isWebPage === true) this.#logWebPage(error)
    else if (retryAfterMs !== undefined && retryAfterMs > longPauseMs) this.#logLongPause(error)
    else this.#logFailure(error)
    // A refused key stays the reason until a request is taken.
    if (!this.#isKeyRefused) this.#settings.report({ kind: 'recoverable', reason: error.message })
  }

  keyRefused(error: ExportError): void {
    if (!this.#isKeyRefused) {
      this.#settings.logger.error(
        'The endpoint refuses the key. Points are kept and tried again every minute: check the key and the region.',
        { error: error.message, ...this.#queued() },
      )
    }
    this.#isKeyRefused = true
    this.#failureLogged = true
    this.#settings.report({ kind: 'permanent', reason: `the endpoint refuses the key (${error.message})` })
  }

  zstdRefused(): void {
    this.#settings.logger.warn('The endpoint does not take zstd; gzip is used from now on.')
  }

  #logWebPage(error: ExportError): void {
    if (!this.#webPageLogged) {
      this.#settings.logger.error(
        "A web page came in place of the endpoint's answer: something else answers there, such as a proxy or a captive portal. Requests are kept and tried again.",
        { error: error.message, ...this.#queued() },
      )
    }
    this.#webPageLogged = true
    this.#failureLogged = true
  }

  #logLongPause(error: ExportError): void {
    if (!this.#longPauseLogged) {
      const until = new Date(this.#breaker.openUntilMs).toISOString()
      this.#settings.logger.warn(
        'The endpoint asks to be left alone for long; nothing is lost. One small request an hour tries whether it still does.',
        { error: error.message, until, ...this.#queued() },
      )
    }
    this.#longPauseLogged = true
    this.#failureLogged = true
    this.#openLogged = true
  }

  #logFailure(error: ExportError): void {
    const { clock, logger } = this.#settings
    const isOpen = this.#breaker.state === 'open'
    const pause = isOpen ? { pause_ms: Math.round(this.#breaker.pauseMs) } : {}
    const fields = { error: error.message, ...pause }
    if (!this.#failureLogged && clock.now() >= this.#warnedMs + quietMs) {
      this.#failureLogged = true
      this.#warnedMs = clock.now()
      logger.warn('Delivery fails and is tried again.', fields)
    } else if (this.#failureLogged && isOpen && !this.#openLogged) {
      logger.warn('Delivery keeps failing: one small request at a time tries the endpoint until it answers.', fields)
    }
    this.#openLogged ||= isOpen
  }

  #queued(): { readonly queued_points: number } {
    return { queued_points: this.#settings.store.size().points }
  }
}
