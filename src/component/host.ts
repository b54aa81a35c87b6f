import type { Status } from './status.ts'

/** What a component may ask of the process around it. */
export interface Host {
  /** Reports the component's state; to be called on every change. Repeating the same status is harmless. */
  report(status: Status): void
}
