import type { Component } from './component.ts'

/** What could not be collected. */
export interface Lacks {
  /** What failed; it may work the next time. */
  readonly failures: readonly unknown[]
  /** What can't be collected until somebody acts. */
  readonly missing: readonly Missing[]
}

export interface Missing {
  /** What is missing, such as a privilege, and how to provide it. */
  readonly reason: string
  /** The metrics and events that aren't collected because of it, as far as they are known. */
  readonly metrics: readonly string[]
}

/** Produces batches for the Consumer that it was made with. */
export interface Receiver extends Component {
  /** The time between two scrapes, in milliseconds. */
  readonly intervalMs: number
  /** Scrapes everything once, now, with or without `start`; for `--once`. Rejects if nothing at all could be read. */
  collect(signal: AbortSignal): Promise<Lacks>
}
