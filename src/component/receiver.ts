import type { Component } from './component.ts'

/** What a collection lacks. */
export interface Lacks {
  /** What failed; it may work the next time. */
  readonly failures: readonly unknown[]
  /** What isn't collected until somebody acts. */
  readonly missing: readonly Missing[]
}

export interface Missing {
  /** What is missing and how to mend it. */
  readonly reason: string
  /** What isn't collected for it, where it is so many metrics or events. */
  readonly metrics: readonly string[]
}

/** Produces batches for the Consumer that it was made with. */
export interface Receiver extends Component {
  /** The time between two scrapes, in milliseconds. */
  readonly intervalMs: number
  /** Scrapes everything once, now, with or without `start`; for `--once`. Rejects if nothing at all could be read. */
  collect(signal: AbortSignal): Promise<Lacks>
}
