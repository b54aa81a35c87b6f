import type { Clock } from '../../../component/clock.ts'
import type { Connection } from '../connection/connection.ts'
import { type Measured, timed } from './measured.ts'
import { Schedule } from './schedule.ts'

/** Statements that code sends: one that failed is sent again later and later, however often it is asked for. */
export class CodeQueries {
  readonly #clock: Clock
  readonly #measured: Measured
  readonly #schedule = new Schedule()

  constructor(clock: Clock, measured: Measured) {
    this.#clock = clock
    this.#measured = measured
  }

  /** @throws what `run` throws; while it is too early to try again, what it threw last */
  async ask<T>(name: string, connection: Connection, signal: AbortSignal, run: () => Promise<T>): Promise<T> {
    const [backingOff] = this.#schedule.backingOff([{ name, intervalMs: 0 }], this.#clock.now(), 0)
    if (backingOff !== undefined) throw backingOff[1]
    this.#schedule.started(name, this.#clock.now())
    try {
      const result = await timed(name, this.#clock, this.#measured, run)
      this.#schedule.succeeded(name)
      return result
    } catch (error) {
      const isItsOwn = !signal.aborted && !connection.closed
      if (isItsOwn && error instanceof Error) this.#schedule.failed(name, error, this.#clock.now())
      throw error
    }
  }
}
