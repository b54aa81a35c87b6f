import type { Clock } from '../../../component/clock.ts'
import type { Signal } from '../../../pdata/signal.ts'
import type { Logger } from '../../../telemetry/logger.ts'
import { itemsField } from './items-field.ts'

/** A full queue drops with each batch: of each reason and signal there is a line in so long at most. */
const quietMs = 60_000

/** Says that points or log records were dropped, with all that were since it said so last. */
export class DropLog {
  readonly #logger: Logger
  readonly #clock: Clock
  readonly #unsaid = new Map<string, { items: number; saidMs: number }>()

  constructor(logger: Logger, clock: Clock) {
    this.#logger = logger
    this.#clock = clock
  }

  dropped(reason: string, signal: Signal, items: number): void {
    const nowMs = this.#clock.now()
    const kind = `${reason} ${signal}`
    const unsaid = this.#unsaid.get(kind) ?? { items: 0, saidMs: -Infinity }
    unsaid.items += items
    this.#unsaid.set(kind, unsaid)
    if (nowMs < unsaid.saidMs + quietMs) return
    this.#logger.error('A part of the queue was dropped.', { reason, ...itemsField(signal, unsaid.items) })
    unsaid.items = 0
    unsaid.saidMs = nowMs
  }
}
