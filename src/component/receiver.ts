import type { Component } from './component.ts'

/** Produces batches for the Consumer that it was made with. */
export interface Receiver extends Component {
  /** The time between two scrapes, in milliseconds. */
  readonly intervalMs: number
  /** Scrapes everything once, now, with or without `start`; for `--once`. Rejects if nothing at all could be read. */
  collect(signal: AbortSignal): Promise<void>
}
