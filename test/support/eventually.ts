import { vi } from 'vitest'

/** Long enough for a machine that is busy with something else: a fact that comes about is seen at once all the same. */
const withinMs = 15_000

/**
 * Waits until this no longer throws, and gives what it returns.
 * @throws what it threw last, when time is up
 */
export async function eventually<T>(
  fact: () => T | Promise<T>,
  { timeoutMs = withinMs, intervalMs = 20 }: { readonly timeoutMs?: number; readonly intervalMs?: number } = {},
): Promise<T> {
  return vi.waitFor(fact, { timeout: timeoutMs, interval: intervalMs })
}
