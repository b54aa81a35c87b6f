/** Longer pauses are cut to this, so that the time when they end is still a valid date. */
const longestMs = 100 * 365 * 86_400_000

/**
 * Milliseconds that a Retry-After header asks to wait, `undefined` where it is missing or has another form.
 * @param value seconds or an HTTP date (RFC 9110, 10.2.3)
 */
export function parseRetryAfter(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined
  const text = value.trim()
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1_000, longestMs)
  // Date.parse takes much more, bare numbers too.
  if (!/^[a-z]{3}/i.test(text)) return undefined
  const atMs = Date.parse(text)
  return Number.isNaN(atMs) ? undefined : Math.min(Math.max(0, atMs - nowMs), longestMs)
}
