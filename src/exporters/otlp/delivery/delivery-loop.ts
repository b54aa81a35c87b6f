import type { BackoffSettings } from '../../../component/backoff.ts'
import type { Clock } from '../../../component/clock.ts'
import type { PointAccount } from '../../../component/point-account.ts'
import type { Status } from '../../../component/status.ts'
import type { Logger } from '../../../telemetry/logger.ts'
import type { SignalTelemetry } from '../account/exporter-telemetry.ts'
import type { DeliveryStore, StoredRequest } from '../queue/delivery-store.ts'
import type { Compression } from '../wire/compression.ts'
import { signalOf } from '../wire/signal-path.ts'
import { Attempts } from './attempt.ts'
import type { BreakerState } from './breaker.ts'
import { EndpointState } from './endpoint-state.ts'
import { Gate } from './gate.ts'
import type { SendOutcome } from './outcome.ts'
import { Outcomes } from './settle-outcome.ts'
import { SizeLimit } from './size-limit.ts'

export interface DeliveryLoopSettings {
  readonly store: DeliveryStore
  readonly account: PointAccount
  readonly telemetry: SignalTelemetry
  readonly logger: Logger
  readonly clock: Clock
  readonly backoff: BackoffSettings
  /** Most requests in flight at once. */
  readonly concurrency: number
  /** How long a shutdown may take to deliver what is queued. */
  readonly shutdownTimeoutMs: number
  readonly compression: Compression
  /** One attempt; rejects only with the signal's reason. */
  send(request: StoredRequest, signal: AbortSignal): Promise<SendOutcome>
  report(status: Status): void
}

/** Sends what is stored, newest first, so that after an outage alerts see live data at once. */
export class DeliveryLoop {
  readonly #settings: DeliveryLoopSettings
  readonly #endpoint: EndpointState
  readonly #outcomes: Outcomes
  readonly #attempts: Attempts
  /** Stops the loop and its pauses; requests in flight go on until the shutdown's deadline. */
  readonly #stopping = new AbortController()
  readonly #aborting = new AbortController()
  readonly #changed = new Gate()
  readonly #inFlight = new Set<Promise<void>>()
  /** Requests that failed and wait for their own turn, while others go. */
  readonly #putOff = new Set<Promise<void>>()
  /** Ends these waits. */
  #waits = new AbortController()
  #loop: Promise<void> | undefined
  #shutdown: Promise<void> | undefined

  constructor(settings: DeliveryLoopSettings) {
    const { store } = settings
    const report = (status: Status) => {
      if (!this.#stopping.signal.aborted) settings.report(status)
    }
    this.#settings = settings
    const sizeLimits = { metrics: new SizeLimit(settings.clock), logs: new SizeLimit(settings.clock) }
    this.#outcomes = new Outcomes({ ...settings, report, sizeLimits })
    this.#endpoint = new EndpointState({
      ...{ ...settings, report },
      queuedPoints: () => store.size().points,
      opened: () => this.#endWaits(),
    })
    this.#attempts = new Attempts({
      ...{ ...settings, endpoint: this.#endpoint, outcomes: this.#outcomes, sizeLimits },
      ...{ stopping: this.#stopping.signal, aborting: this.#aborting.signal },
    })
  }

  /** How new requests are to be compressed. */
  get compression(): Compression {
    return this.#endpoint.compression
  }

  /** For the collector's own instruments. */
  get state(): { readonly inFlight: number; readonly breaker: BreakerState } {
    return { inFlight: this.#inFlight.size, breaker: this.#endpoint.breaker }
  }

  /** Sends from now on; harmless when it already does. */
  start(): void {
    if (!this.#stopping.signal.aborted) this.#loop ??= this.#run(this.#stopping.signal)
  }

  /** To be called when something was stored. */
  wake(): void {
    this.#changed.open()
  }

  /** To be called when the store has dropped something by itself. */
  dropped(): void {
    this.#outcomes.dropped()
    this.wake()
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
    const { store, shutdownTimeoutMs } = this.#settings
    this.#stopping.abort()
    const deadline = setTimeout(() => this.#aborting.abort(), shutdownTimeoutMs)
    this.#endWaits()
    this.#outcomes.close()
    await this.#loop
    await Promise.all(this.#putOff)
    const inFlight = [...this.#inFlight]
    if (!store.survives) await this.#drain()
    await Promise.all(inFlight)
    // What was in flight may have come back in halves.
    if (!store.survives && inFlight.length > 0) await this.#drain()
    clearTimeout(deadline)
    if (!store.survives) this.#dropRest()
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
    const { clock, store, concurrency } = this.#settings
    const { pauseMs } = this.#endpoint
    if (pauseMs > 0) return clock.sleep(pauseMs, signal)
    // What is put off is held in memory, so it is bounded too.
    const which = this.#putOff.size < concurrency ? this.#endpoint.admits(this.#inFlight.size) : undefined
    const request = which && store.take(which)
    if (request === undefined) await this.#changed.wait(signal)
    else this.#dispatch(request)
  }

  #dispatch(request: StoredRequest): void {
    // Not awaited: others go beside it. It never rejects.
    const delivery = this.#attempts.deliver(request, this.#endpoint.begin()).then((answer) => {
      this.#inFlight.delete(delivery)
      if (answer.kind === 'again') this.#giveBack(request, answer.delayMs)
      this.#changed.open()
    })
    this.#inFlight.add(delivery)
  }

  /** @param delayMs its own pause, which ends early where the circuit opens: then all requests wait alike */
  #giveBack(request: StoredRequest, delayMs: number | undefined): void {
    const { clock, store } = this.#settings
    if (delayMs === undefined || this.#stopping.signal.aborted) {
      store.release(request)
      return
    }
    const back = () => {
      this.#putOff.delete(wait)
      store.release(request)
      this.#changed.open()
    }
    const wait = clock.sleep(delayMs, this.#waits.signal).then(back, back)
    this.#putOff.add(wait)
  }

  #endWaits(): void {
    this.#waits.abort()
    this.#waits = new AbortController()
  }

  /** Tries each queued request once, newest first, whatever the circuit says. */
  async #drain(): Promise<void> {
    const { store, concurrency } = this.#settings
    const failed: StoredRequest[] = []
    // Requests that the loop had in flight and gave back were tried already, but not under this deadline: once more.
    const worker = async () => {
      for (let request = store.take(); request !== undefined; request = store.take()) {
        const ended =
          !this.#aborting.signal.aborted &&
          (await this.#attempts.deliver(request, this.#endpoint.begin())).kind === 'final'
        if (!ended) failed.push(request)
      }
    }
    await Promise.all(Array.from({ length: concurrency }, worker))
    for (const request of failed) store.release(request)
  }

  #dropRest(): void {
    const { store, logger } = this.#settings
    const lost = { metrics: 0, logs: 0 }
    for (let request = store.take(); request !== undefined; request = store.take()) {
      lost[signalOf(request.path)] += request.points
      this.#outcomes.drop(request, 'shutdown')
    }
    if (lost.metrics + lost.logs === 0) return
    logger.error('The rest of the queue was dropped at shutdown because it could not be delivered in time.', {
      points: lost.metrics,
      records: lost.logs,
    })
  }
}
