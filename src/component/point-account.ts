import type { Account } from './exporter.ts'

/** Counts what became of an exporter's points (see {@link Account}). */
export class PointAccount {
  #consumed: number
  #sent = 0
  readonly #dropped: Record<string, number> = {}
  readonly #absorbed: Record<string, number> = {}

  /** @param queued points that were in the queue before */
  constructor(queued: number) {
    this.#consumed = queued
  }

  consumed(points: number): void {
    this.#consumed += points
  }

  sent(points: number): void {
    this.#sent += points
  }

  dropped(reason: string, points: number): void {
    if (points > 0) this.#dropped[reason] = (this.#dropped[reason] ?? 0) + points
  }

  absorbed(reason: string, points: number): void {
    if (points > 0) this.#absorbed[reason] = (this.#absorbed[reason] ?? 0) + points
  }

  read(queued: number): Account {
    return {
      consumed: this.#consumed,
      sent: this.#sent,
      queued,
      dropped: { ...this.#dropped },
      absorbed: { ...this.#absorbed },
    }
  }
}
