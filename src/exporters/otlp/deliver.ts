import { type BackoffSettings, backoffDelay } from '../../component/backoff.ts'
import type { Clock } from '../../component/clock.ts'
import type { Status } from '../../component/status.ts'
import { errorMessage } from '../../telemetry/error-message.ts'
import type { Logger } from '../../telemetry/logger.ts'
import { type Compression, compress, decompress } from './compression.ts'
import { ExportError } from './export-error.ts'
import type { ExporterTelemetry } from './exporter-telemetry.ts'
import { Gate } from './gate.ts'
import type { PointAccount } from './point-account.ts'
import type { SendOutcome } from './send.ts'
import type { DeliveryStore, StoredRequest } from './store.ts'

export interface DeliverySettings {
  readonly store: DeliveryStore
  readonly account: PointAccount
  readonly telemetry: ExporterTelemetry
  readonly logger: Logger
  readonly clock: Clock
  readonly backoff: BackoffSettings
  /** Requests in flight at once. */
  readonly concurrency: number
  /** How long a shutdown may take to deliver what is queued. */
  readonly shutdownTimeoutMs: number
  readonly compression: Compression
  /** One attempt; rejects only with the signal's reason. */
  send(request: StoredRequest, signal: AbortSignal): Promise<SendOutcome>
  report(status: Status): void
}

/** A refused key is tried again slowly: somebody may mend it, and nothing is dropped until then. */
const refusedKeyPauseMs = 60_000

/** Sends what is stored, newest first, so that after an outage alerts see live data at once. */
export class Delivery {
  readonly #settings: DeliverySettings
  /** Stops the loop and its pauses; requests in flight go on until the shutdown's deadline. */
  readonly #stopping = new AbortController()
  readonly #aborting = new AbortController()
  readonly #changed = new Gate()
  readonly #inFlight = new Set<Promise<void>>()
  /** Attempts that failed since the last success. While there are any, one request at a time probes. */
  #failures = 0
  #pausedUntilMs = 0
  #keyRefused = false
  #zstdRefused = false
  #loop: Promise<void> | undefined
  #shutdown: Promise<void> | undefined

  constructor(settings: DeliverySettings) {
    this.#settings = settings
  }

  /** How new requests are to be compressed: as configured, unless the endpoint doesn't take it. */
  get compression(): Compression {
    return this.#zstdRefused ? 'gzip' : this.#settings.compression
  }

  /** Sends from now on; harmless when it already does. */
  start(): void {
    if (!this.#stopping.signal.aborted) this.#loop ??= this.#run(this.#stopping.signal)
  }

  /** To be called when something was stored. */
  wake(): void {
    this.#changed.open()
  }

  /** Resolves when the queue is empty; rejects when the signal aborts first. */
  async empty(signal: AbortSignal): Promise<void> {
    while (this.#settings.store.size().requests > 0) await this.#changed.wait(signal)
  }

  /** Delivers what it can within the deadline. What is left stays in a store that survives, and is dropped otherwise. */
  shutdown(): Promise<void> {
    this.#shutdown ??= this.#stop()
    return this.#shutdown
  }

  async #stop(): Promise<void> {
    this.#stopping.abort()
    const deadline = setTimeout(() => this.#aborting.abort(), this.#settings.shutdownTimeoutMs)
    await this.#loop
    if (!this.#settings.store.survives) await this.#drain()
    await Promise.all(this.#inFlight)
    clearTimeout(deadline)
    if (!this.#settings.store.survives) this.#dropRest()
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { store, clock } = this.#settings
    try {
      while (true) {
        const pauseMs = this.#pausedUntilMs - clock.now()
        const slots = this.#failures > 0 ? 1 : this.#settings.concurrency
        if (pauseMs > 0) {
          await clock.sleep(pauseMs, signal)
          continue
        }
        const request = this.#inFlight.size < slots ? store.take() : undefined
        if (request === undefined) await this.#changed.wait(signal)
        else this.#dispatch(request)
      }
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }

  /** Tries each queued request once, newest first. */
  async #drain(): Promise<void> {
    const { store } = this.#settings
    const failed: StoredRequest[] = []
    // Requests that the loop had in flight and gave back were tried already, but not under this deadline: once more.
    const worker = async () => {
      for (let request = store.take(); request !== undefined; request = store.take()) {
        if (this.#aborting.signal.aborted || !(await this.#tryOnce(request))) failed.push(request)
      }
    }
    await Promise.all(Array.from({ length: this.#settings.concurrency }, worker))
    for (const request of failed) store.release(request)
  }

  #dropRest(): void {
    const { store, logger } = this.#settings
    let points = 0
    for (let request = store.take(); request !== undefined; request = store.take()) {
      points += request.points
      this.#drop(request, 'shutdown')
    }
    if (points > 0)
      logger.error('Points were dropped at shutdown because they could not be delivered in time.', { points })
  }

  #dispatch(request: StoredRequest): void {
    const attempt = this.#tryOnce(request).then((settled) => {
      this.#inFlight.delete(attempt)
      if (!settled) this.#settings.store.release(request)
      this.#changed.open()
    })
    this.#inFlight.add(attempt)
  }

  /** One attempt and its consequences. False when the request is still to be delivered. Never rejects. */
  async #tryOnce(request: StoredRequest): Promise<boolean> {
    const { telemetry, clock } = this.#settings
    const startedMs = clock.now()
    let adapted: StoredRequest
    let outcome: SendOutcome
    try {
      adapted = this.#adapt(request)
      outcome = await this.#settings.send(adapted, this.#aborting.signal)
    } catch (cause) {
      if (this.#aborting.signal.aborted) return false
      // It would fail the same way each time.
      this.#giveUp(
        request,
        'unsendable',
        new ExportError(`the request can't be sent: ${errorMessage(cause)}`, { cause }),
      )
      return true
    }
    const status = outcome.kind === 'accepted' ? outcome.status : (outcome.error.status ?? 'network')
    telemetry.request(status, clock.now() - startedMs, request.sizeBytes, adapted.bytes.byteLength)
    return this.#settle(request, adapted, outcome)
  }

  /** Requests that were stored before the endpoint refused zstd are compressed again. */
  #adapt(request: StoredRequest): StoredRequest {
    if (!this.#zstdRefused || request.compression !== 'zstd') return request
    const bytes = compress(decompress(request.bytes, 'zstd'), 'gzip')
    return { ...request, bytes, compression: 'gzip' }
  }

  #settle(request: StoredRequest, adapted: StoredRequest, outcome: SendOutcome): boolean {
    switch (outcome.kind) {
      case 'accepted':
        this.#accepted(request, outcome.rejectedPoints, outcome.message)
        return true
      case 'retryable':
        this.#failed(outcome.error, outcome.retryAfterMs)
        return false
      case 'too_large':
        this.#giveUp(request, 'too_large', outcome.error)
        return true
      case 'permanent':
        if (outcome.error.status === 401 || outcome.error.status === 403) {
          this.#refusedKey(outcome.error)
          return false
        }
        if (outcome.error.status === 415 && adapted.compression === 'zstd') {
          this.#refusedZstd()
          return false
        }
        this.#giveUp(request, 'rejected', outcome.error)
        return true
      default:
        return outcome satisfies never
    }
  }

  #accepted(request: StoredRequest, rejectedPoints: number, message: string | undefined): void {
    const { store, account, telemetry, logger } = this.#settings
    store.remove(request)
    account.sent(request.points - rejectedPoints)
    telemetry.sent(request.points - rejectedPoints)
    if (rejectedPoints > 0) {
      account.dropped('rejected', rejectedPoints)
      telemetry.dropped('rejected', rejectedPoints)
      telemetry.sendFailed(rejectedPoints)
      logger.error('The endpoint took a request but rejected some of its points.', { points: rejectedPoints, message })
    } else if (message !== undefined) {
      logger.warn('The endpoint took a request with a warning.', { message })
    }
    if (this.#failures > 0) logger.info('Delivery works again.', { queued_requests: store.size().requests })
    this.#failures = 0
    this.#keyRefused = false
    this.#report({ kind: 'ok' })
  }

  #failed(error: ExportError, retryAfterMs: number | undefined): void {
    const { backoff, clock, logger, telemetry } = this.#settings
    telemetry.retry()
    if (this.#failures === 0)
      logger.warn('Delivery fails and is tried again; nothing is lost.', { error: error.message })
    // Requests that were in flight together fail together: that is one failure.
    if (this.#failures === 0 || clock.now() >= this.#pausedUntilMs) this.#failures += 1
    const floorMs = Math.min(backoff.initialMs, 1_000)
    const pauseMs = retryAfterMs === undefined ? backoffDelay(backoff, this.#failures) : Math.max(retryAfterMs, floorMs)
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, clock.now() + pauseMs)
    this.#report({ kind: 'recoverable', reason: error.message })
  }

  #refusedKey(error: ExportError): void {
    const { logger, telemetry, clock, store } = this.#settings
    telemetry.retry()
    if (!this.#keyRefused) {
      logger.error(
        'The endpoint refuses the key. Points are kept and tried again every minute: check the key and the region.',
        {
          error: error.message,
          queued_points: store.size().points,
        },
      )
    }
    this.#keyRefused = true
    this.#failures += 1
    this.#pausedUntilMs = clock.now() + refusedKeyPauseMs
    this.#report({ kind: 'permanent', reason: `the endpoint refuses the key (${error.message})` })
  }

  #refusedZstd(): void {
    if (!this.#zstdRefused) this.#settings.logger.warn('The endpoint does not take zstd; gzip is used from now on.')
    this.#zstdRefused = true
    this.#settings.telemetry.retry()
  }

  #giveUp(request: StoredRequest, reason: string, error: ExportError): void {
    const { logger, telemetry } = this.#settings
    this.#drop(request, reason)
    telemetry.sendFailed(request.points)
    logger.error('The endpoint refused a request for good; its points are dropped.', {
      reason,
      points: request.points,
      error: error.message,
    })
    this.#report({ kind: 'recoverable', reason: `the endpoint refused a request: ${error.message}` })
  }

  #drop(request: StoredRequest, reason: string): void {
    this.#settings.store.remove(request)
    this.#settings.account.dropped(reason, request.points)
    this.#settings.telemetry.dropped(reason, request.points)
  }

  #report(status: Status): void {
    if (!this.#stopping.signal.aborted) this.#settings.report(status)
  }
}
