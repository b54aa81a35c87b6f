import type { Clock } from '../../component/clock.ts'
import type { Logger } from '../../telemetry/logger.ts'

/** A full queue drops with each batch: of each reason there is a line in so long at most. */
const quietMs = 60_000

/** Says that points were dropped, with all that were since it said so last. */
export class DropLog {
  readonly #logger: Logger
  readonly #clock: Clock
  readonly #unsaid = new Map<string, { points: number; saidMs: number }>()

  constructor(logger: Logger, clock: Clock) {
    this.#logger = logger
    this.#clock = clock
  }

  dropped(reason: string, points: number): void {
    const nowMs = this.#clock.now()
    const unsaid = this.#unsaid.get(reason) ?? { points: 0, saidMs: -Infinity }
    unsaid.points += points
    this.#unsaid.set(reason, unsaid)
    if (nowMs < unsaid.saidMs + quietMs) return
    this.#logger.error('Points were dropped from the queue.', { reason, points: unsaid.points })
    unsaid.points = 0
    unsaid.saidMs = nowMs
  }
}
