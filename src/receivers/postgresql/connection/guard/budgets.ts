const mebibyte = 1_048_576

/** What one connection keeps of what its server sends, in bytes. */
export const budgets = {
  /** A message that isn't of the kinds below. */
  message: 8 * mebibyte,
  row: 8 * mebibyte,
  result: 32 * mebibyte,
  /** The result of EXPLAIN. */
  plan: mebibyte,
  /** An ErrorResponse, and everything else that is short by nature. */
  error: 65_536,
  /** Notices, parameters and notifications, which nobody asked for, until the server is ready again. */
  unasked: mebibyte,
  /** What is read and dropped of a result that is too large, until the server stops sending it. */
  dropped: 256 * mebibyte,
} as const

/** What a row takes here beside its texts, so that many empty ones are no way around the budget. */
const rowBytes = 64
const columnBytes = 16

/** What a row counts for in its result's budget. */
export function rowWeight(messageBytes: number, columns: number): number {
  return Math.max(messageBytes, rowBytes + columns * columnBytes)
}

export function formatBytes(bytes: number): string {
  return bytes % mebibyte === 0 ? `${bytes / mebibyte} MiB` : `${Math.ceil(bytes / 1_024)} KiB`
}
