import { EventEmitter, once } from 'node:events'
import { setImmediate as turn } from 'node:timers/promises'
import type { Clock } from '../../src/component/clock.ts'

interface Sleeper {
  readonly dueMs: number
  wake(): void
}

/** A clock that stands still until it is told to go on. */
export class FakeClock implements Clock {
  #nowMs: number
  #sleepers: Sleeper[] = []
  readonly #changes = new EventEmitter()

  constructor(nowMs = Date.UTC(2030, 0, 1)) {
    this.#nowMs = nowMs
  }

  now(): number {
    return this.#nowMs
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason)
      const sleeper = { dueMs: this.#nowMs + Math.max(ms, 0), wake: () => leave(resolve) }
      const abort = () => leave(() => reject(signal.reason))
      const leave = (settle: () => void) => {
        signal.removeEventListener('abort', abort)
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper)
        settle()
      }
      signal.addEventListener('abort', abort)
      this.#sleepers.push(sleeper)
      this.#changes.emit('sleep')
    })
  }

  /** How many sleep now. */
  get sleeping(): number {
    return this.#sleepers.length
  }

  /**
   * Resolves when so many sleep: what they did before, with real servers too, is done.
   * @param forMs who sleeps for less only waits for something, and isn't done
   */
  async whenSleeping(count: number, signal: AbortSignal, forMs = 0): Promise<void> {
    const asleep = () => this.#sleepers.filter(({ dueMs }) => dueMs >= this.#nowMs + forMs)
    while (asleep().length < count) await once(this.#changes, 'sleep', { signal })
  }

  /** Goes on, waking sleepers in the order of their time; between two of them everything that needs no I/O happens. */
  async advance(ms: number): Promise<void> {
    const targetMs = this.#nowMs + ms
    await this.settle()
    for (let next = this.#next(targetMs); next !== undefined; next = this.#next(targetMs)) {
      this.#nowMs = Math.max(this.#nowMs, next.dueMs)
      next.wake()
      await this.settle()
    }
    this.#nowMs = targetMs
  }

  /** Lets promise chains run as far as they can without time or I/O. */
  async settle(): Promise<void> {
    for (let turns = 0; turns < 3; turns++) await turn()
  }

  #next(targetMs: number): Sleeper | undefined {
    let earliest: Sleeper | undefined
    for (const sleeper of this.#sleepers) {
      if (sleeper.dueMs <= targetMs && (earliest === undefined || sleeper.dueMs < earliest.dueMs)) earliest = sleeper
    }
    return earliest
  }
}
