import { z } from 'zod'

const unitMs: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}
const form = /^(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h|d))+$/
const part = /(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h|d)/g

/** Milliseconds of a duration as the Collector writes it (`30s`, `1h30m`, `250ms`), `0` too; `undefined` if it is none. */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0
  if (!form.test(text)) return undefined
  let totalMs = 0
  for (const [, amount, unit] of text.matchAll(part)) totalMs += Number(amount) * (unitMs[unit ?? ''] ?? 0)
  // To the nanosecond, so that 1.1h is a whole number of milliseconds.
  return Number.isFinite(totalMs) ? Math.round(totalMs * 1e6) / 1e6 : undefined
}

/** A duration as people write it, from milliseconds: `1h30m`, `30s`, `1.5s`, `250ms`. */
export function formatDuration(ms: number): string {
  const totalMs = Math.round(ms)
  if (totalMs < 1_000) return `${totalMs}ms`
  const hours = Math.floor(totalMs / 3_600_000)
  const minutes = Math.floor((totalMs % 3_600_000) / 60_000)
  const seconds = (totalMs % 60_000) / 1_000
  return `${hours > 0 ? `${hours}h` : ''}${minutes > 0 ? `${minutes}m` : ''}${seconds > 0 ? `${seconds}s` : ''}`
}

/** A duration in a configuration file, zero too; milliseconds after parsing. */
export const duration = durationWhere((ms) => ms >= 0, 'requires non-negative value')

/** A duration in a configuration file, more than zero; milliseconds after parsing. */
export const positiveDuration = durationWhere((ms) => ms > 0, 'requires positive value')

function durationWhere(holds: (ms: number) => boolean, message: string) {
  return z.union([z.string(), z.number()]).transform((value, context) => {
    const text = String(value)
    const sign = text.startsWith('-') ? -1 : 1
    const size = parseDuration(sign < 0 ? text.slice(1) : text)
    if (size !== undefined && holds(sign * size)) return size
    context.addIssue(
      size === undefined
        ? { code: 'invalid_format', format: 'duration', message: 'expected a duration such as 30s, 5m or 1h30m' }
        : { code: 'custom', message },
    )
    return z.NEVER
  })
}
