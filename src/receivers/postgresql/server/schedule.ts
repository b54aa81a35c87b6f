import { type BackoffSettings, backoffDelay } from '../../../component/backoff.ts'
import { errorCode, quarantining } from '../connection/sqlstate.ts'

/** Back-off of failures that may pass, and of what is denied or unsupported: each try of that is an ERROR in the server's log. */
const transient: BackoffSettings = { initialMs: 20_000, maxMs: 600_000, multiplier: 2, jitter: 0.1 }
export const quarantine: BackoffSettings = { initialMs: 300_000, maxMs: 3_600_000, multiplier: 2, jitter: 0.1 }

interface Entry {
  lastStartMs: number
  notBeforeMs: number
  failures: number
  error: Error | undefined
}

interface Scheduled {
  readonly name: string
  readonly intervalMs: number
}

/** When each of some named things runs next: on its interval, and later the more often it has failed. */
export class Schedule {
  readonly #entries = new Map<string, Entry>()

  /**
   * Which of them are due, those that failed last at the end of the line.
   * @param slackMs how much too early still counts as due, so that a timer that fires early doesn't miss its tick
   */
  due<T extends Scheduled>(things: readonly T[], nowMs: number, slackMs: number): T[] {
    return things
      .filter((thing) => this.#isDue(thing, nowMs, slackMs))
      .sort((a, b) => this.#failures(a.name) - this.#failures(b.name))
  }

  /** Which of them failed and aren't tried again yet, and why. */
  backingOff<T extends Scheduled>(things: readonly T[], nowMs: number, slackMs: number): [thing: T, error: Error][] {
    return things.flatMap((thing) => {
      const error = this.#entries.get(thing.name)?.error
      return error === undefined || this.#isDue(thing, nowMs, slackMs) ? [] : [[thing, error]]
    })
  }

  started(name: string, nowMs: number): void {
    const entry = this.#entries.get(name)
    if (entry === undefined)
      this.#entries.set(name, { lastStartMs: nowMs, notBeforeMs: nowMs, failures: 0, error: undefined })
    else entry.lastStartMs = nowMs
  }

  succeeded(name: string): void {
    const entry = this.#entries.get(name)
    if (entry === undefined) return
    entry.failures = 0
    entry.error = undefined
  }

  failed(name: string, error: Error, nowMs: number): void {
    const entry = this.#entries.get(name)
    if (entry === undefined) return
    entry.failures += 1
    entry.error = error
    const settings = quarantining.has(errorCode(error) ?? '') ? quarantine : transient
    entry.notBeforeMs = nowMs + backoffDelay(settings, entry.failures)
  }

  /** Forgets all failures: the server is another, or its role, extensions or grants have changed. */
  retryNow(): void {
    for (const entry of this.#entries.values()) {
      if (entry.failures > 0) entry.notBeforeMs = Number.NEGATIVE_INFINITY
    }
  }

  /** Forgets everything about names that are gone. */
  keep(names: ReadonlySet<string>): void {
    for (const name of this.#entries.keys()) {
      if (!names.has(name)) this.#entries.delete(name)
    }
  }

  /** Makes everything due, for a collection on demand. */
  clear(): void {
    this.#entries.clear()
  }

  #isDue({ name, intervalMs }: Scheduled, nowMs: number, slackMs: number): boolean {
    const entry = this.#entries.get(name)
    if (entry === undefined) return true
    const next = entry.failures > 0 ? entry.notBeforeMs : entry.lastStartMs + intervalMs
    return nowMs >= next - slackMs
  }

  #failures(name: string): number {
    return this.#entries.get(name)?.failures ?? 0
  }
}
