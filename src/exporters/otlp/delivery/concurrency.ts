import type { Ticket } from './breaker.ts'

/** Weights of a new duration in the recent average and in the usual one. */
const recentWeight = 0.3
const usualWeight = 0.01
/** Latency rises when the recent average is twice the usual one and so much above it; less is noise. */
const noiseMs = 50

/**
 * How many requests may be in flight: one more for each round of successes, half as many when the endpoint throttles, a
 * little less when its responses come slower. Starts at half of the maximum.
 */
export class Concurrency {
  readonly #max: number
  #allowed: number
  #recentMs: number | undefined
  #usualMs: number | undefined
  /** Requests that were sent before this time say nothing about the limit since. */
  #shrunkMs = -Infinity

  constructor(max: number) {
    this.#max = max
    this.#allowed = Math.ceil(max / 2)
  }

  /** At least 1. */
  get limit(): number {
    return Math.floor(this.#allowed)
  }

  succeeded({ startedMs }: Ticket, nowMs: number): void {
    const durationMs = nowMs - startedMs
    this.#recentMs = average(this.#recentMs, durationMs, recentWeight)
    this.#usualMs = average(this.#usualMs, durationMs, usualWeight)
    if (startedMs <= this.#shrunkMs) return
    if (this.#recentMs > Math.max(2 * this.#usualMs, this.#usualMs + noiseMs)) this.#shrink(0.8, nowMs)
    else this.#allowed = Math.min(this.#max, this.#allowed + 1 / this.#allowed)
  }

  failed({ startedMs }: Ticket, nowMs: number): void {
    if (startedMs > this.#shrunkMs) this.#shrink(0.5, nowMs)
  }

  #shrink(factor: number, nowMs: number): void {
    this.#allowed = Math.max(1, this.#allowed * factor)
    this.#shrunkMs = nowMs
  }
}

function average(before: number | undefined, value: number, weight: number): number {
  return before === undefined ? value : before + weight * (value - before)
}
