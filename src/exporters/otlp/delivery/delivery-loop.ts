import type { StoredRequest } from '../queue/delivery-store.ts'
import { attempt } from './attempt.ts'
import { Breaker, type BreakerState, type Ticket } from './breaker.ts'
import { Concurrency } from './concurrency.ts'
import type { DeliverySettings } from './delivery-settings.ts'
import { EndpointReport } from './endpoint-report.ts'
import { Gate } from './gate.ts'
import type { AttemptOutcome, FinalOutcome } from './outcome.ts'
import { Outcomes } from './outcomes.ts'

const failuresToOpen = 5
/** A refused key is tried again slowly: somebody may correct it, and nothing is dropped until then. */
const refusedKeyPauseMs = 60_000

/** What an attempt came to: the request has ended, or goes again. */
type Result =
  | { readonly kind: 'ended'; readonly outcome: FinalOutcome }
  /** `delayMs`: the request's own pause; `undefined` where it goes as soon as any request may. */
  | { readonly kind: 'again'; readonly delayMs: number | undefined }

/**
 * Sends what is stored, newest first, so that after an outage alerts see live data at once.
 *
 * A request is in one of these states:
 *
 * - waiting: in the store. It goes to in flight when `#step` takes it.
 * - in flight: an attempt of it runs, or its outcome is being stored. It ends when the endpoint took it or refused it for good;
 *   it is replaced by smaller requests, which wait, when it is too large or holds something that the endpoint refuses; it goes
 *   back to waiting when nothing may be sent now; it is put off when it alone failed.
 * - put off: taken from the store, with a pause of its own, while others go. It goes back to waiting when its pause is over, when
 *   the circuit opens and when the shutdown begins.
 *
 * The store itself drops requests that wait when it is full or they are too old; those that are taken stay.
 *
 * The circuit to the endpoint (breaker.ts) is in one of these:
 *
 * - closed: as many requests go as `Concurrency` allows. It opens after five failures in a row, with a Retry-After, and for a
 *   minute when the key is refused.
 * - open: none goes until the pause is over. Then one goes, the smallest: the probe.
 * - half open: the probe is in flight, and nothing else goes. The circuit closes when the endpoint takes the probe or refuses it
 *   for what is in it; it opens again, for longer, when the probe fails.
 *
 * At shutdown the loop ends first. A store that survives keeps what waits. Otherwise each request is tried once more, whatever
 * the circuit's state, and what isn't delivered by the deadline is dropped.
 */
export class DeliveryLoop {
  readonly #settings: DeliverySettings
  readonly #breaker: Breaker
  readonly #concurrency: Concurrency
  readonly #report: EndpointReport
  readonly #outcomes: Outcomes
  /** Stops the loop and its pauses; requests in flight go on until the shutdown's deadline. */
  readonly #stopping = new AbortController()
  readonly #aborting = new AbortController()
  readonly #changed = new Gate()
  readonly #inFlight = new Set<Promise<void>>()
  readonly #putOff = new Set<Promise<void>>()
  /** Ends the pauses of requests that are put off. */
  #pauses = new AbortController()
  #loop: Promise<void> | undefined
  #shutdown: Promise<void> | undefined

  constructor(settings: DeliverySettings) {
    const { clock, target } = settings
    this.#settings = settings
    this.#breaker = new Breaker({ clock, backoff: target.backoff, threshold: failuresToOpen })
    this.#concurrency = new Concurrency(target.concurrency)
    this.#report = new EndpointReport(settings, this.#breaker)
    this.#outcomes = new Outcomes(settings)
  }

  /** For the collector's own instruments. */
  get state(): { readonly inFlight: number; readonly breaker: BreakerState } {
    return { inFlight: this.#inFlight.size, breaker: this.#breaker.state }
  }

  /** Sends from now on; harmless when it already does. */
  start(): void {
    if (!this.#stopping.signal.aborted) this.#loop ??= this.#run(this.#stopping.signal)
  }

  /** To be called when something was stored. Starts the loop where nobody did, as with OpenTelemetry's SDK. */
  wake(): void {
    this.start()
    this.#changed.open()
  }

  /** To be called when the store has dropped something by itself. */
  dropped(): void {
    this.#outcomes.releaseHeld()
    this.#changed.open()
  }

  /** Resolves when the queue is empty; rejects when the signal aborts first. */
  async empty(signal: AbortSignal): Promise<void> {
    while (this.#settings.store.size().requests > 0) await this.#changed.wait(signal)
  }

  /** Delivers what it can within the deadline. The rest stays in a store that survives, and is dropped otherwise. */
  shutdown(): Promise<void> {
    this.#shutdown ??= this.#stop()
    return this.#shutdown
  }

  async #stop(): Promise<void> {
    const { store, shutdownTimeoutMs } = this.#settings
    this.#stopping.abort()
    const deadline = setTimeout(() => this.#aborting.abort(), shutdownTimeoutMs)
    this.#endPauses()
    this.#outcomes.close()
    await this.#loop
    await Promise.all(this.#putOff)
    const inFlight = [...this.#inFlight]
    if (!store.survives) await this.#drain()
    await Promise.all(inFlight)
    // What was in flight may have come back in halves.
    if (!store.survives && inFlight.length > 0) await this.#drain()
    clearTimeout(deadline)
    if (!store.survives) this.#outcomes.dropRest()
  }

  async #run(signal: AbortSignal): Promise<void> {
    try {
      while (true) await this.#step(signal)
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }

  /** Sends one request, or waits until one may be sent. */
  async #step(signal: AbortSignal): Promise<void> {
    const { clock, store } = this.#settings
    const { pauseMs } = this.#breaker
    if (pauseMs > 0) return clock.sleep(pauseMs, signal)
    const request = this.#mayGo() ? store.take(this.#breaker.state === 'open' ? 'smallest' : 'newest') : undefined
    if (request === undefined) await this.#changed.wait(signal)
    else this.#dispatch(request)
  }

  /** Whether a request may go beside those in flight; the probe doesn't wait for what was sent before the circuit opened. */
  #mayGo(): boolean {
    // What is put off is held in memory, so it is bounded too.
    if (this.#putOff.size >= this.#settings.target.concurrency) return false
    const { state } = this.#breaker
    return state === 'open' || (state === 'closed' && this.#inFlight.size < this.#concurrency.limit)
  }

  #dispatch(request: StoredRequest): void {
    // Not awaited: others go beside it. It never rejects.
    const delivery = this.#deliver(request).then((result) => {
      this.#inFlight.delete(delivery)
      if (result.kind === 'again') this.#giveBack(request, result.delayMs)
      this.#changed.open()
    })
    this.#inFlight.add(delivery)
  }

  /** One attempt and what comes of it. Never rejects. */
  async #deliver(request: StoredRequest): Promise<Result> {
    const ticket = this.#breaker.begin()
    const outcome = this.#outcomes.oversized(request) ?? (await attempt(request, this.#settings, this.#aborting.signal))
    const result = this.#learn(outcome, ticket)
    if (result.kind === 'ended') {
      const hasEnded = await this.#outcomes.end(request, result.outcome, this.#stopping.signal)
      return hasEnded ? result : { kind: 'again', delayMs: undefined }
    }
    if (outcome.kind !== 'aborted') this.#settings.ledger[request.signal].retry()
    return result
  }

  /** What an outcome says about the endpoint, and whether the request goes again. */
  #learn(outcome: AttemptOutcome, ticket: Ticket): Result {
    switch (outcome.kind) {
      case 'accepted':
      case 'too_large':
      case 'permanent':
        this.#works(ticket)
        if (outcome.kind === 'accepted') this.#report.accepted()
        return { kind: 'ended', outcome }
      case 'key_refused':
        this.#breaker.open(refusedKeyPauseMs)
        this.#endPauses()
        this.#report.keyRefused(outcome.error)
        return { kind: 'again', delayMs: undefined }
      case 'zstd_refused':
        this.#works(ticket)
        if (this.#settings.compressor.refuseZstd()) this.#report.zstdRefused()
        return { kind: 'again', delayMs: undefined }
      case 'retryable': {
        this.#concurrency.failed(ticket, this.#settings.clock.now())
        const delayMs = this.#breaker.failed(ticket, outcome.retryAfterMs)
        this.#report.failed(outcome)
        if (delayMs === undefined) this.#endPauses()
        return { kind: 'again', delayMs }
      }
      case 'oversized':
      case 'unsendable':
        this.#breaker.inconclusive(ticket)
        return { kind: 'ended', outcome }
      case 'aborted':
        this.#breaker.inconclusive(ticket)
        return { kind: 'again', delayMs: undefined }
      default:
        return outcome satisfies never
    }
  }

  #works(ticket: Ticket): void {
    this.#breaker.succeeded(ticket)
    this.#concurrency.succeeded(ticket, this.#settings.clock.now())
    this.#report.works()
  }

  #giveBack(request: StoredRequest, delayMs: number | undefined): void {
    const { clock, store } = this.#settings
    if (delayMs === undefined || this.#stopping.signal.aborted) {
      store.release(request)
      return
    }
    const back = () => {
      this.#putOff.delete(pause)
      store.release(request)
      this.#changed.open()
    }
    const pause = clock.sleep(delayMs, this.#pauses.signal).then(back, back)
    this.#putOff.add(pause)
  }

  /** What is put off goes back to the store: from there all requests wait for the same. */
  #endPauses(): void {
    this.#pauses.abort()
    this.#pauses = new AbortController()
  }

  /** Tries each queued request once, newest first, whatever the circuit's state. */
  async #drain(): Promise<void> {
    const { store, target } = this.#settings
    const failed: StoredRequest[] = []
    // Requests that the loop had in flight and gave back were tried already, but not under this deadline: once more.
    const worker = async () => {
      for (let request = store.take(); request !== undefined; request = store.take()) {
        const hasEnded = !this.#aborting.signal.aborted && (await this.#deliver(request)).kind === 'ended'
        if (!hasEnded) failed.push(request)
      }
    }
    await Promise.all(Array.from({ length: target.concurrency }, worker))
    for (const request of failed) store.release(request)
  }
}
