import { parseTimestamp } from '../../../rows/decode.ts'

/** A server's timestamp (its text under TimeZone UTC) as RFC 3339; `undefined` where it says NULL or infinity. */
export function rfc3339(text: string | undefined): string | undefined {
  const ms = text === undefined ? undefined : parseTimestamp(text)
  return ms === undefined ? undefined : new Date(ms).toISOString()
}

/** The same in whole seconds, as upstream's receiver writes some: `2026-09-22T10:11:12Z`. */
export function rfc3339Seconds(text: string | undefined): string | undefined {
  return rfc3339(text)?.replace(/\.\d+Z$/, 'Z')
}
