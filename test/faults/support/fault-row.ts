import type { TestContext } from 'vitest'

/** A line of the table that the suite prints. */
export interface FaultRow {
  readonly fault: string
  /** How often it struck: requests that failed, processes that were killed. */
  readonly times: number
  /** Data points that the exporter took. */
  readonly points: number
  /** Points given up by rule, which the account or an ERROR tells: by reason. */
  readonly dropped: Readonly<Record<string, number>>
  /** Increments of which nothing is known. */
  readonly lost: number
  /** Points that arrived twice. */
  readonly doubled: number
  /** Whether that may be: the endpoint took a request and could not say so. */
  readonly window: boolean
  readonly spikes: number
}

declare module 'vitest' {
  interface TaskMeta {
    fault?: FaultRow
  }
}

/** Keeps the line for the end of the run; also of a test that fails then. */
export function record({ task }: TestContext, row: FaultRow): void {
  task.meta.fault = row
}
