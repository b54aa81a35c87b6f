import type { Writable } from 'node:stream'

/** All that a command touches of the process. */
export interface Io {
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number }
  readonly stderr: Writable & { readonly isTTY?: boolean }
  readonly env: Readonly<Record<string, string | undefined>>
  /** Aborts at the first SIGINT or SIGTERM. */
  readonly stop: AbortSignal
}

/** How a command ends. README.md lists them. */
export const exitCode = { ok: 0, failed: 1 } as const
