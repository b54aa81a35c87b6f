import { z } from 'zod'

const unitMs: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const form = /^(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h|d))+$/
const part = /(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h|d)/g

/** Milliseconds of a duration as the Collector writes it (`30s`, `1h30m`, `250ms`), `0` too; `undefined` if it is none. */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0
  if (!form.test(text)) return undefined
  let totalMs = 0
  for (const [, amount, unit] of text.matchAll(part)) totalMs += Number(amount) * (unitMs[unit ?? ''] ?? 0)
  return totalMs
}

/** A duration as people write it, from milliseconds: `1h30m`, `30s`, `250ms`. */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)}ms`
  let rest = Math.round(ms / 1_000)
  let text = ''
  for (const [unit, seconds] of [['h', 3_600], ['m', 60], ['s', 1]] as const) {
    const count = Math.floor(rest / seconds)
    if (count > 0) text += `${count}${unit}`
    rest -= count * seconds
  }
  return text
}

/** A duration in a configuration file; milliseconds after parsing. */
export const duration = z.union([z.string(), z.number()]).transform((value, context) => {
  const ms = parseDuration(String(value))
  if (ms !== undefined) return ms
  context.addIssue({
    code: 'custom',
    message: `expected a duration such as 30s, 5m or 1h30m, found ${JSON.stringify(value)}`,
  })
  return z.NEVER
})
