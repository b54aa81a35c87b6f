import type { Writable } from 'node:stream'
import type { HangUps } from './hang-ups.ts'

/** All that a command touches of the process. */
export interface Io {
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number }
  readonly stderr: Writable & { readonly isTTY?: boolean }
  readonly env: Readonly<Record<string, string | undefined>>
  /** Aborts at the first SIGINT or SIGTERM, when the terminal is closed, and when nobody reads standard output. */
  readonly stop: AbortSignal
  readonly hangUps: HangUps
}

/** How a command ends. README.md lists them. */
export const exitCode = { ok: 0, failed: 1 } as const
