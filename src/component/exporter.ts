import type { Component } from './component.ts'
import type { Consumer } from './consumer.ts'

/**
 * Every point that an exporter was given, by what became of it. At rest:
 * consumed = sent + queued + the sum of dropped + the sum of absorbed.
 */
export interface Account {
  readonly consumed: number
  readonly sent: number
  readonly queued: number
  /** Lost, by reason, e.g. `invalid_value`, `rejected`, `shutdown`. */
  readonly dropped: Readonly<Record<string, number>>
  /** Nothing to send, by reason: `first_sight`, `zero`, `folded` (a row's value, added to its series), `reset_unknown`, `rebaselined`. */
  readonly absorbed: Readonly<Record<string, number>>
}

/** Delivers batches to somewhere outside the process. */
export interface Exporter extends Component, Consumer {
  account(): Account
  /** Resolves when everything consumed so far has been delivered or dropped; rejects when the signal aborts first. */
  flush(signal: AbortSignal): Promise<void>
}
