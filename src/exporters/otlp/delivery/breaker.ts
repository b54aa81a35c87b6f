import { type BackoffSettings, backoffDelay } from '../../../component/backoff.ts'
import type { Clock } from '../../../component/clock.ts'

/** `closed`: requests go. `open`: none goes until the pause is over. `half_open`: one goes and decides. */
export type BreakerState = 'closed' | 'half_open' | 'open'

/** One request on its way. */
export interface Ticket {
  readonly startedMs: number
  /** Whether it alone decides if the circuit closes. */
  readonly isProbe: boolean
}

/** However long a Retry-After is, the endpoint is tried so often: it may work again. */
const probeEveryMs = 3_600_000

export interface BreakerSettings {
  readonly clock: Clock
  readonly backoff: BackoffSettings
  /** So many failures in a row open the circuit. */
  readonly threshold: number
}

/** The circuit to one endpoint (docs/decisions/0008). It has no timers: the delivery loop asks it when to send. */
export class Breaker {
  readonly #settings: BreakerSettings
  #state: BreakerState = 'closed'
  /** In a row. */
  #failures = 0
  /** Failures in a row, where those of requests that were in flight together count once: the pauses grow with it. */
  #rounds = 0
  #roundMs = -Infinity
  #openUntilMs = 0
  /** When it is tried, at the latest when the pause is over. */
  #probeAtMs = 0

  constructor(settings: BreakerSettings) {
    this.#settings = settings
  }

  get state(): BreakerState {
    return this.#state
  }

  /** When the pause ends that the endpoint asked for, or that follows its failures. */
  get openUntilMs(): number {
    return this.#openUntilMs
  }

  /** Milliseconds until a request may go. */
  get pauseMs(): number {
    return this.#state === 'open' ? Math.max(0, this.#probeAtMs - this.#settings.clock.now()) : 0
  }

  /** To be called when a request goes; where the circuit was open it is the probe. */
  begin(): Ticket {
    const isProbe = this.#state === 'open'
    if (isProbe) this.#state = 'half_open'
    return { startedMs: this.#settings.clock.now(), isProbe }
  }

  /** The endpoint took the request, or refused it for what is in it. */
  succeeded({ isProbe }: Ticket): void {
    // A request from before the circuit opened says nothing about the endpoint now, and the pause of a Retry-After is kept.
    if (this.#state === 'open' || (this.#state === 'half_open' && !isProbe)) return
    this.#state = 'closed'
    this.#failures = 0
    this.#rounds = 0
    this.#openUntilMs = 0
  }

  /** The request did not go, or nothing is known of it: another one may be the probe. */
  inconclusive({ isProbe }: Ticket): void {
    if (isProbe && this.#state === 'half_open') this.#state = 'open'
  }

  /**
   * @param retryAfterMs the pause that the endpoint asks for, which opens the circuit at once
   * @returns how long this request has to wait; `undefined` where the circuit is open, so that all wait alike
   */
  failed({ startedMs, isProbe }: Ticket, retryAfterMs: number | undefined): number | undefined {
    const { clock, backoff, threshold } = this.#settings
    this.#failures += 1
    if (startedMs > this.#roundMs) {
      this.#rounds += 1
      this.#roundMs = clock.now()
    }
    // A Retry-After of 0 must not make a tight loop.
    const floorMs = Math.min(backoff.initialMs, 1_000)
    const pauseMs = retryAfterMs === undefined ? backoffDelay(backoff, this.#rounds) : Math.max(retryAfterMs, floorMs)
    // What the endpoint asks for now replaces what it asked for before.
    if (isProbe && retryAfterMs !== undefined) this.#openUntilMs = 0
    if (isProbe || retryAfterMs !== undefined) this.open(pauseMs)
    else if (this.#state === 'closed') {
      if (this.#failures < threshold) return pauseMs
      this.open(pauseMs)
    }
    return undefined
  }

  /** Lets nothing go for so long at least. */
  open(pauseMs: number): void {
    const nowMs = this.#settings.clock.now()
    this.#openUntilMs = Math.max(this.#openUntilMs, nowMs + pauseMs)
    this.#probeAtMs = Math.min(this.#openUntilMs, nowMs + probeEveryMs)
    this.#state = 'open'
  }
}
