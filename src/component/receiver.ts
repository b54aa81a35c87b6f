import type { Component } from './component.ts'

/** Produces batches for the Consumer that it was made with. */
export interface Receiver extends Component {
  /** Scrapes everything once, now, whatever the intervals; for `--once`. Rejects if nothing at all could be read. */
  collect(signal: AbortSignal): Promise<void>
}
