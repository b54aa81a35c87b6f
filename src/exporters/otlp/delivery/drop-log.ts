import type { Clock } from '../../../component/clock.ts'
import type { Signal } from '../../../pdata/signal.ts'
import type { Logger } from '../../../telemetry/logger.ts'
import { itemsField } from './items-field.ts'

/** A full queue drops with each batch, so each reason and signal is logged once in so long at most. */
const quietMs = 60_000

/** Logs how many points or log records were dropped since the line before. */
export class DropLog {
  readonly #logger: Logger
  readonly #clock: Clock
  readonly #unlogged = new Map<string, { items: number; loggedMs: number }>()

  constructor(logger: Logger, clock: Clock) {
    this.#logger = logger
    this.#clock = clock
  }

  dropped(reason: string, signal: Signal, items: number): void {
    const nowMs = this.#clock.now()
    const kind = `${reason} ${signal}`
    const unlogged = this.#unlogged.get(kind) ?? { items: 0, loggedMs: -Infinity }
    unlogged.items += items
    this.#unlogged.set(kind, unlogged)
    if (nowMs < unlogged.loggedMs + quietMs) return
    this.#logger.error('A part of the queue was dropped.', { reason, ...itemsField(signal, unlogged.items) })
    unlogged.items = 0
    unlogged.loggedMs = nowMs
  }
}
